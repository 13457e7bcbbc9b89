package dev.stockpot.cli.miniature;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class DocumentTest {

  @Test
  void whatDidNotReproduceComesFirst() {
    String text = document(0.02, 0.02, 0.02, 0.02, 0.02);

    assertThat(text)
        .contains(
            """
            | task | pools | reproduced | contradicted | open |
            |---|---|---|---|---|
            | [toys](#toys) | 5 |\
            """,
            """
            - toys, **contradicted**: The uniform soup of a whole sweep is worse than the best\
             single model on test: +2.00 (+2.00 … +2.00) points, declared < 0.
            """,
            """
            - toys, **open**: Model Stock of two models is better than their mean on test … and on\
             the shifts: 0 (0 … 0) points, declared > 0.
            """,
            """
            | The greedy soup is better than the best single model on test |\
             [soups](https://arxiv.org/abs/2203.05482) | > 0 | +2.00 (+2.00 … +2.00) points |\
             5 of 5 | reproduced |
            """,
            "| uniform | 80.00 | 77.00 | 51.00 | 5.75 |");
    assertThat(text.indexOf("## What did not reproduce")).isLessThan(text.indexOf("## toys"));
  }

  private static String document(double... gains) {
    SequencedMap<String, String> tasks = new LinkedHashMap<>();
    tasks.put("toys", "Toys.");
    SequencedMap<String, List<Pool>> pools = new LinkedHashMap<>();
    pools.put("toys", DoubleStream.of(gains).mapToObj(TestPools::pool).toList());
    return new Document(tasks, pools).text();
  }
}
