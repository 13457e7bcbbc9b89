package dev.stockpot.method;

import dev.stockpot.checkpoint.Elements;
import dev.stockpot.merge.KeyCounts;
import dev.stockpot.merge.Layer;
import dev.stockpot.merge.Precision;
import dev.stockpot.merge.Stage;
import dev.stockpot.merge.Stretch;
import dev.stockpot.merge.Tile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/// Exact selection: the cuts above which the `r` largest magnitudes of a tensor lie, for several
/// rankings and ranks at once, in memory that hardly grows with the tensor.
///
/// Small tensors are ranked in memory ([SmallSelection]). For others a sample gives a bracket
/// around each cut, and a guess what it is; one pass counts the keys inside the bracket, bin by
/// bin, and everything above it; where the cut's bin holds several keys or the bracket missed,
/// further passes go on in a narrower or wider one. Of the elements that equal the cut those of
/// lowest index are above it: where the guess was right the pass has counted these stretch by
/// stretch, else one more does.
final class Selection {
  /// Blocks from which the sample takes one stretch each, about.
  private static final long SAMPLED_BLOCKS = 128;

  /// Elements in the sample, about, where there are several rankings: one of so many of the
  /// tensor's, but neither fewer nor more than that.
  private static final int SAMPLED_OF = 128;

  private static final long LEAST_SAMPLED = 1 << 14;
  private static final long MOST_SAMPLED = 1 << 16;

  /// So many bits number the bins of a bracket, where there are several rankings. One ranking alone
  /// is of values that take longer to compute: there another pass costs more than counts do.
  private static final int BITS = 10;

  private static final int BITS_OF_ONE = 17;

  /// Half a bracket, in standard deviations of a rank in the sample.
  private static final double MARGIN = 3;

  /// Elements of a tensor for which the guess is counted stretch by stretch, at most.
  private static final long MOST_LOCATED = 1L << 30;

  private final Layer layer;
  private final Ranked ranked;
  private final boolean keysOnly;
  private final Function<List<List<Cut>>, Stage> next;

  private Selection(
      Layer layer, Ranked ranked, boolean keysOnly, Function<List<List<Cut>>, Stage> next) {
    this.layer = layer;
    this.ranked = ranked;
    this.keysOnly = keysOnly;
    this.next = next;
  }

  /// The first stage of a selection.
  ///
  /// @param ranks how many elements are above each cut, per ranking
  /// @param next what to do with the cuts, per ranking and rank
  static Stage begin(
      Layer layer, Ranked ranked, List<List<Long>> ranks, Function<List<List<Cut>>, Stage> next) {
    return begin(layer, ranked, ranks, false, next);
  }

  /// The first stage of a selection of order statistics: of the cuts only the keys are of interest,
  /// not which of the elements that equal them are above.
  static Stage statistics(
      Layer layer, Ranked ranked, List<List<Long>> ranks, Function<List<List<Cut>>, Stage> next) {
    return begin(layer, ranked, ranks, true, next);
  }

  private static Stage begin(
      Layer layer,
      Ranked ranked,
      List<List<Long>> ranks,
      boolean keysOnly,
      Function<List<List<Cut>>, Stage> next) {
    if (layer.elements() <= SmallSelection.MOST_ELEMENTS) {
      return new SmallSelection(ranked, ranks, next);
    }
    Selection selection = new Selection(layer, ranked, keysOnly, next);
    List<Search> searches = new ArrayList<>();
    for (int j = 0; j < ranks.size(); j++) {
      for (long rank : ranks.get(j)) {
        searches.add(selection.search(j, rank));
      }
    }
    return selection.new Sampling(searches);
  }

  /// Most bytes that a thread takes for so many cuts.
  static long bytes(Layer layer, int rankings, int cuts) {
    return layer.elements() <= SmallSelection.MOST_ELEMENTS
        ? cuts * SmallSelection.MOST_ELEMENTS * Long.BYTES
        : cuts * (KeyCounts.bytes(bits(rankings)) + Integer.BYTES * stretches(layer));
  }

  /// Stretches in which a guess is counted by itself.
  private static long stretches(Layer layer) {
    return layer.elements() > MOST_LOCATED ? 0 : Math.ceilDiv(layer.elements(), Elements.TILE);
  }

  /// Where one cut may be.
  ///
  /// @param ranking that it cuts
  /// @param rank elements above it
  /// @param low smallest key that it may have
  /// @param shift its key is below `low + 2^(shift + bits)`
  /// @param bits number the bins
  /// @param guess what its key may well be, or −1
  /// @param quota when the key is known (it is `low`): elements with this key that are above the
  ///   cut
  /// @param cut when all is known
  private record Search(
      int ranking,
      long rank,
      long low,
      int shift,
      int bits,
      long guess,
      OptionalLong quota,
      Optional<Cut> cut) {

    Search within(long newLow, int newShift, int newBits, long newGuess) {
      return new Search(
          ranking,
          rank,
          newLow,
          newShift,
          newBits,
          newGuess,
          OptionalLong.empty(),
          Optional.empty());
    }

    /// Knows the key.
    Search at(long key, long newQuota) {
      return new Search(ranking, rank, key, 0, 0, -1, OptionalLong.of(newQuota), Optional.empty());
    }

    Search done(Cut found) {
      return new Search(
          ranking, rank, found.key(), 0, 0, -1, OptionalLong.empty(), Optional.of(found));
    }

    boolean wantsCounts() {
      return quota.isEmpty() && cut.isEmpty();
    }
  }

  private Search search(int ranking, long rank) {
    Search search = new Search(ranking, rank, 0, 0, 0, -1, OptionalLong.empty(), Optional.empty());
    if (rank <= 0) {
      return search.done(Cut.NOTHING);
    }
    return rank >= layer.elements() ? search.done(Cut.EVERYTHING) : everywhere(search);
  }

  private Search everywhere(Search search) {
    return search.within(0, keyBits() - bits(), bits(), -1);
  }

  private int bits() {
    return bits(ranked.rankings());
  }

  private static int bits(int rankings) {
    return rankings == 1 ? BITS_OF_ONE : BITS;
  }

  private int keyBits() {
    return layer.precision() == Precision.FLOAT32 ? 31 : 63;
  }

  private Stage advance(List<Search> searches) {
    if (searches.stream().anyMatch(Search::wantsCounts)) {
      return new Counting(searches);
    }
    return searches.stream().allMatch(search -> search.cut().isPresent())
        ? next.apply(cuts(searches))
        : new Locating(searches);
  }

  private List<List<Cut>> cuts(List<Search> searches) {
    List<List<Cut>> cuts = new ArrayList<>();
    for (int j = 0; j < ranked.rankings(); j++) {
      cuts.add(new ArrayList<>());
    }
    for (Search search : searches) {
      cuts.get(search.ranking()).add(search.cut().orElseThrow());
    }
    return cuts;
  }

  /// Takes a sample of the keys, for brackets.
  private final class Sampling implements Stage.Pass<List<LongList>> {
    private final List<Search> searches;

    /// Of a stretch each so many-th element is in the sample.
    private final int every;

    Sampling(List<Search> searches) {
      this.searches = searches;
      every = ranked.rankings() == 1 ? 1 : every();
    }

    @Override
    public long unit() {
      return ranked.unit();
    }

    @Override
    public Stage.Sampling sampling() {
      return new Stage.Sampling(everyBlock() * Math.max(1, unit() >> 11), true);
    }

    private long everyBlock() {
      return Math.max(1, (layer.elements() >> 16) / SAMPLED_BLOCKS);
    }

    private int every() {
      long stretches = (layer.elements() >> 16) / everyBlock();
      long wanted = Math.clamp(layer.elements() / SAMPLED_OF, LEAST_SAMPLED, MOST_SAMPLED);
      return (int) Math.max(1, stretches * Elements.TILE / wanted);
    }

    @Override
    public List<LongList> start() {
      return LongList.several(ranked.rankings());
    }

    @Override
    public void visit(Stretch stretch, List<LongList> part) {
      for (int j = 0; j < ranked.rankings(); j++) {
        part.get(j).addKeys(ranked.values(stretch, j), every);
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
              .map(search ->
                  search.wantsCounts() ? bracket(search, sample.get(search.ranking())) : search)
              .toList());
    }

    private Search bracket(Search search, LongList sample) {
      double n = sample.size();
      double p = (double) search.rank() / layer.elements();
      double margin = 2 + MARGIN * Math.sqrt(n * p * (1 - p));
      long[] keys =
          sample.largest(
              new long[] {
                Math.max(1, (long) Math.floor(n * p - margin)),
                Math.clamp(Math.round(n * p), 1, sample.size()),
                Math.min(sample.size(), (long) Math.ceil(n * p + margin))
              });
      long width = keys[0] - keys[2];
      int needed = Long.SIZE - Long.numberOfLeadingZeros(width);
      // Where all that the cut may be is one key, as it often is of bfloat16, it needs no bins.
      int bits = needed == 0 ? 0 : bits();
      long guess = stretches(layer) > 0 && unit() == 1 && !keysOnly ? keys[1] : -1;
      return search.within(keys[2], Math.max(0, needed - bits), bits, guess);
    }
  }

  /// Counts keys in every bracket.
  private final class Counting implements Stage.Pass<List<KeyCounts>> {
    private final List<Search> searches;

    /// How often each search's guess is in each stretch.
    private final List<int[]> guessed = new ArrayList<>();

    Counting(List<Search> searches) {
      this.searches = searches;
      for (Search search : searches) {
        guessed.add(new int[search.guess() < 0 ? 0 : (int) stretches(layer)]);
      }
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
      return searches.stream().map(s -> counts(s)).toList();
    }

    @Override
    public void visit(Stretch stretch, List<KeyCounts> part) {
      int ranking = -1;
      Tile values = null;
      for (int s = 0; s < searches.size(); s++) {
        Search search = searches.get(s);
        if (search.wantsCounts()) {
          if (search.ranking() != ranking) {
            ranking = search.ranking();
            values = ranked.values(stretch, ranking);
          }
          int ofGuess = values.count(part.get(s));
          if (search.guess() >= 0) {
            guessed.get(s)[(int) (stretch.from() / Elements.TILE)] = ofGuess;
          }
        }
      }
    }

    @Override
    public void add(List<KeyCounts> total, List<KeyCounts> part) {
      for (int s = 0; s < total.size(); s++) {
        total.get(s).add(part.get(s));
      }
    }

    @Override
    public Stage next(List<KeyCounts> total) {
      List<Search> narrowed = new ArrayList<>();
      for (int s = 0; s < searches.size(); s++) {
        Search search = searches.get(s);
        narrowed.add(search.wantsCounts() ? narrow(search, total.get(s), guessed.get(s)) : search);
      }
      return advance(narrowed);
    }

    private KeyCounts counts(Search search) {
      return new KeyCounts(search.low(), search.shift(), search.bits(), search.guess());
    }

    private Search narrow(Search search, KeyCounts counts, int[] ofGuess) {
      Optional<KeyCounts.Bin> found = counts.find(search.rank());
      if (found.isEmpty()) {
        return everywhere(search); // the sample misled
      }
      KeyCounts.Bin bin = found.get();
      if (bin.key().isEmpty()) {
        int shift = Math.max(0, search.shift() - bits());
        long last = bin.low() + (1L << search.shift()) - 1;
        boolean inBin = search.guess() >= bin.low() && search.guess() <= last;
        return search.within(bin.low(), shift, bits(), inBin ? search.guess() : -1);
      }
      long key = bin.key().getAsLong();
      long quota = search.rank() - bin.above();
      if (quota == bin.count() || keysOnly) {
        return search.done(Cut.ofKey(key));
      }
      return key == search.guess()
          ? search.done(located(key, quota, ofGuess))
          : search.at(key, quota);
    }

    private static Cut located(long key, long quota, int[] counts) {
      long left = quota;
      int stretch = 0;
      while (left > counts[stretch]) {
        left -= counts[stretch++];
      }
      return new Cut(key, (long) stretch * Elements.TILE, (int) left);
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
        if (searches.get(s).cut().isEmpty()) {
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
      for (int s = 0; s < total.size(); s++) {
        total.get(s).add(part.get(s), searches.get(s).quota().orElse(0));
      }
    }

    @Override
    public Stage next(List<Location> total) {
      List<Search> done = new ArrayList<>();
      for (int s = 0; s < searches.size(); s++) {
        Search search = searches.get(s);
        done.add(
            search.cut().isPresent()
                ? search
                : search.done(total.get(s).cut(search.low(), search.quota().getAsLong())));
      }
      return next.apply(cuts(done));
    }
  }
}
