package dev.stockpot.method;

import dev.stockpot.merge.KeyCounts;
import dev.stockpot.merge.Layer;
import dev.stockpot.merge.Precision;
import dev.stockpot.merge.Stage;
import dev.stockpot.merge.Stretch;
import dev.stockpot.merge.Tile;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// Exact selection: the cuts above which the `r` largest magnitudes of a tensor lie, for several
/// rankings and ranks at once, in memory that does not grow with the tensor.
///
/// Small tensors are ranked in memory ([SmallSelection]). For others a sample gives a bracket
/// around each cut; one pass counts the keys inside the bracket, bin by bin, and everything above
/// it; where bins hold several keys or the bracket missed, further passes go on in the bin that has
/// the cut. A last pass finds which of the elements that equal the cut are above it: those of
/// lowest index.
final class Selection {
  private static final int BIN_BITS = 17;

  /// Blocks from which the sample takes one stretch each, about.
  private static final long SAMPLED_BLOCKS = 128;

  /// Half a bracket, in standard deviations of a rank in the sample.
  private static final double MARGIN = 3;

  private final Layer layer;
  private final Ranked ranked;
  private final Function<List<List<Cut>>, Stage> next;

  private Selection(Layer layer, Ranked ranked, Function<List<List<Cut>>, Stage> next) {
    this.layer = layer;
    this.ranked = ranked;
    this.next = next;
  }

  /// The first stage of a selection.
  ///
  /// @param ranks how many elements are above each cut, per ranking
  /// @param next what to do with the cuts, per ranking and rank
  static Stage begin(
      Layer layer, Ranked ranked, List<List<Long>> ranks, Function<List<List<Cut>>, Stage> next) {
    if (layer.elements() <= SmallSelection.MOST_ELEMENTS) {
      return new SmallSelection(ranked, ranks, next);
    }
    Selection selection = new Selection(layer, ranked, next);
    List<Search> searches = new ArrayList<>();
    for (int j = 0; j < ranks.size(); j++) {
      for (long rank : ranks.get(j)) {
        searches.add(selection.search(j, rank));
      }
    }
    return selection.new Sampling(searches);
  }

  /// Most bytes that a thread takes for so many cuts.
  static long bytes(Layer layer, int cuts) {
    return layer.elements() <= SmallSelection.MOST_ELEMENTS
        ? cuts * SmallSelection.MOST_ELEMENTS * Long.BYTES
        : (cuts * 2L * Long.BYTES) << BIN_BITS;
  }

  /// Where one cut may be.
  ///
  /// @param ranking that it cuts
  /// @param rank elements above it
  /// @param low smallest key that it may have
  /// @param shift its key is below `low + 2^(shift + BIN_BITS)`
  /// @param found when the key is known: it is `low`
  /// @param quota when the key is known: elements with this key that are above the cut
  /// @param allEqual when the key is known: whether these are all of that key
  private record Search(
      int ranking, long rank, long low, int shift, boolean found, long quota, boolean allEqual) {

    Search within(long newLow, int newShift) {
      return new Search(ranking, rank, newLow, newShift, false, 0, false);
    }

    Search at(long key, long newQuota, boolean all) {
      return new Search(ranking, rank, key, 0, true, newQuota, all);
    }
  }

  private Search search(int ranking, long rank) {
    Search search = new Search(ranking, rank, 0, keyBits() - BIN_BITS, false, 0, false);
    if (rank <= 0) {
      return search.at(Long.MAX_VALUE, 0, true);
    }
    return rank >= layer.elements() ? search.at(0, 0, true) : search;
  }

  private int keyBits() {
    return layer.precision() == Precision.FLOAT32 ? 31 : 63;
  }

  private Stage advance(List<Search> searches) {
    if (!searches.stream().allMatch(Search::found)) {
      return new Counting(searches);
    }
    return searches.stream().allMatch(Search::allEqual)
        ? next.apply(cuts(searches, List.of()))
        : new Locating(searches);
  }

  private List<List<Cut>> cuts(List<Search> searches, List<Location> locations) {
    List<List<Cut>> cuts = new ArrayList<>();
    for (int j = 0; j < ranked.rankings(); j++) {
      cuts.add(new ArrayList<>());
    }
    for (int s = 0; s < searches.size(); s++) {
      Search search = searches.get(s);
      cuts.get(search.ranking())
          .add(
              search.allEqual()
                  ? Cut.ofKey(search.low())
                  : locations.get(s).cut(search.low(), search.quota()));
    }
    return cuts;
  }

  /// Takes a sample of the keys, for brackets.
  private final class Sampling implements Stage.Pass<List<LongList>> {
    private final List<Search> searches;

    Sampling(List<Search> searches) {
      this.searches = searches;
    }

    @Override
    public long unit() {
      return ranked.unit();
    }

    @Override
    public Stage.Sampling sampling() {
      return new Stage.Sampling(
          Math.max(1, (layer.elements() >> 16) / SAMPLED_BLOCKS) * Math.max(1, unit() >> 11), true);
    }

    @Override
    public List<LongList> start() {
      return LongList.several(ranked.rankings());
    }

    @Override
    public void visit(Stretch stretch, List<LongList> part) {
      for (int j = 0; j < ranked.rankings(); j++) {
        part.get(j).addKeys(ranked.values(stretch, j));
      }
    }

    @Override
    public void add(List<LongList> total, List<LongList> part) {
      for (int j = 0; j < total.size(); j++) {
        total.get(j).addAll(part.get(j));
      }
    }

    @Override
    public Stage next(List<LongList> sample) {
      return advance(
          searches.stream()
              .map(
                  search -> search.found() ? search : bracket(search, sample.get(search.ranking())))
              .toList());
    }

    private Search bracket(Search search, LongList sample) {
      double n = sample.size();
      double p = (double) search.rank() / layer.elements();
      double margin = 2 + MARGIN * Math.sqrt(n * p * (1 - p));
      long high = sample.largest(Math.max(1, (long) Math.floor(n * p - margin)));
      long low = sample.largest(Math.min(sample.size(), (long) Math.ceil(n * p + margin)));
      int shift = Math.max(0, Long.SIZE - Long.numberOfLeadingZeros(high - low) - BIN_BITS);
      return search.within(low, shift);
    }
  }

  /// Counts keys in every bracket.
  private final class Counting implements Stage.Pass<List<KeyCounts>> {
    private final List<Search> searches;

    Counting(List<Search> searches) {
      this.searches = searches;
    }

    @Override
    public long unit() {
      return ranked.unit();
    }

    @Override
    public boolean anyOrder() {
      return true;
    }

    @Override
    public List<KeyCounts> start() {
      return searches.stream()
          .map(s -> KeyCounts.of(s.low(), s.shift(), s.found() ? 0 : 1 << BIN_BITS))
          .toList();
    }

    @Override
    public void visit(Stretch stretch, List<KeyCounts> part) {
      int ranking = -1;
      Tile values = null;
      for (int s = 0; s < searches.size(); s++) {
        if (!searches.get(s).found()) {
          if (searches.get(s).ranking() != ranking) {
            ranking = searches.get(s).ranking();
            values = ranked.values(stretch, ranking);
          }
          values.count(part.get(s));
        }
      }
    }

    @Override
    public void add(List<KeyCounts> total, List<KeyCounts> part) {
      for (int s = 0; s < total.size(); s++) {
        total.get(s).add(part.get(s));
        part.get(s).drop();
      }
    }

    @Override
    public Stage next(List<KeyCounts> total) {
      List<Search> narrowed = new ArrayList<>();
      for (int s = 0; s < searches.size(); s++) {
        Search search = searches.get(s);
        narrowed.add(search.found() ? search : narrow(search, total.get(s)));
        total.get(s).drop();
      }
      return advance(narrowed);
    }

    private Search narrow(Search search, KeyCounts counts) {
      long above = counts.above()[0];
      for (int bin = counts.bins().length - 1; bin >= 0 && above < search.rank(); bin--) {
        long inBin = counts.bins()[bin];
        if (above + inBin >= search.rank()) {
          long low = search.low() + ((long) bin << search.shift());
          long quota = search.rank() - above;
          return search.shift() == 0
              ? search.at(low, quota, quota == inBin)
              : search.within(low, Math.max(0, search.shift() - BIN_BITS));
        }
        above += inBin;
      }
      // The sample misled: look everywhere.
      return search.within(0, keyBits() - BIN_BITS);
    }
  }

  /// How many elements equal the cut so far, and where there were enough.
  private static final class Location {
    long before;
    long from = -1;
    int quota;

    /// Pairs of a stretch's start and how many it has.
    final LongList stretches = new LongList();

    void add(Location part, long wanted) {
      for (int i = 0; from < 0 && i < part.stretches.size(); i += 2) {
        long count = part.stretches.at(i + 1);
        if (before + count >= wanted) {
          from = part.stretches.at(i);
          quota = (int) (wanted - before);
        }
        before += count;
      }
    }

    Cut cut(long key, long wanted) {
      if (from < 0) {
        throw new IllegalStateException(before + " elements equal a cut, of " + wanted);
      }
      return new Cut(key, from, quota);
    }
  }

  /// Finds which of the elements that equal a cut are above it.
  private final class Locating implements Stage.Pass<List<Location>> {
    private final List<Search> searches;

    Locating(List<Search> searches) {
      this.searches = searches;
    }

    @Override
    public long unit() {
      return ranked.unit();
    }

    @Override
    public List<Location> start() {
      return searches.stream().map(_ -> new Location()).toList();
    }

    @Override
    public void visit(Stretch stretch, List<Location> part) {
      for (int s = 0; s < searches.size(); s++) {
        if (!searches.get(s).allEqual()) {
          Tile values = ranked.values(stretch, searches.get(s).ranking());
          int count = values.count(searches.get(s).low());
          if (count > 0) {
            part.get(s).stretches.add(stretch.from());
            part.get(s).stretches.add(count);
          }
        }
      }
    }

    @Override
    public void add(List<Location> total, List<Location> part) {
      for (int s = 0; s < searches.size(); s++) {
        total.get(s).add(part.get(s), searches.get(s).quota());
      }
    }

    @Override
    public Stage next(List<Location> total) {
      return next.apply(cuts(searches, total));
    }
  }
}
