package dev.stockpot.method;

import dev.stockpot.merge.Stage;
import dev.stockpot.merge.Stretch;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// Exact selection in a tensor whose keys fit into memory.
///
/// @param ranks how many elements are above each cut, per ranking
/// @param then what to do with the cuts, per ranking and rank
record SmallSelection(Ranked ranked, List<List<Long>> ranks, Function<List<List<Cut>>, Stage> then)
    implements Stage.Pass<SmallSelection.Keys> {
  /// Elements of a tensor that is ranked in memory, at most.
  static final long MOST_ELEMENTS = 1 << 16;

  /// All keys by ranking.
  ///
  /// @param starts first index of every stretch
  record Keys(LongList starts, List<LongList> keys) {}

  @Override
  public long unit() {
    return ranked.unit();
  }

  @Override
  public Keys start() {
    return new Keys(new LongList(), LongList.several(ranked.rankings()));
  }

  @Override
  public void visit(Stretch stretch, Keys part) {
    part.starts().add(stretch.from());
    for (int j = 0; j < ranked.rankings(); j++) {
      part.keys().get(j).addKeys(ranked.values(stretch, j));
    }
  }

  @Override
  public void add(Keys total, Keys part) {
    total.starts().addAll(part.starts());
    for (int j = 0; j < ranked.rankings(); j++) {
      total.keys().get(j).addAll(part.keys().get(j));
    }
  }

  @Override
  public Stage next(Keys total) {
    List<List<Cut>> cuts = new ArrayList<>();
    for (int j = 0; j < ranks.size(); j++) {
      List<Cut> ofRanking = new ArrayList<>();
      for (long rank : ranks.get(j)) {
        ofRanking.add(cut(total.starts(), total.keys().get(j), rank));
      }
      cuts.add(ofRanking);
    }
    return then.apply(cuts);
  }

  private static Cut cut(LongList starts, LongList keys, long rank) {
    if (rank <= 0) {
      return Cut.NOTHING;
    }
    if (rank >= keys.size()) {
      return Cut.ofKey(keys.largest(keys.size()));
    }
    long key = keys.largest(rank);
    long quota = rank;
    for (int i = 0; i < keys.size(); i++) {
      quota -= keys.at(i) > key ? 1 : 0;
    }
    int stretch = -1;
    int inStretch = 0;
    for (int i = 0; quota > 0; i++) {
      if (stretch + 1 < starts.size() && starts.at(stretch + 1) == i) {
        stretch++;
        inStretch = 0;
      }
      if (keys.at(i) == key) {
        quota--;
        inStretch++;
      }
    }
    return new Cut(key, starts.at(stretch), inStretch);
  }
}
