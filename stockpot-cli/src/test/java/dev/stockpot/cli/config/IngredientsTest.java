package dev.stockpot.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.recipe.RecipeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IngredientsTest {
  @TempDir private Path folder;

  @BeforeEach
  void files() throws IOException {
    for (String name :
        List.of("b.st", "a.st", ".hidden.st", "runs/best.st", "runs/2/deep/best.st", "odd[1].st")) {
      Files.createDirectories(folder.resolve(name).getParent());
      Files.createFile(folder.resolve(name));
    }
    Files.createSymbolicLink(folder.resolve("runs/loop"), folder.resolve("runs"));
  }

  @Test
  void wordsKeepTheirOrderAndGlobsAreSorted() {
    assertThat(find("b.st", "[a]*.st", "o*.st")).containsExactly("b.st", "a.st", "odd[1].st");
  }

  @Test
  void hiddenFilesNeedADot() {
    assertThat(find("*.st")).containsExactly("a.st", "b.st", "odd[1].st");
    assertThat(find(".*.st")).containsExactly(".hidden.st");
  }

  @Test
  void twoStarsCrossAnyNumberOfFoldersButNoLinks() {
    assertThat(find("runs/**/best.st")).containsExactly("runs/2/deep/best.st", "runs/best.st");
  }

  @Test
  void nameThatExistsIsNoPattern() {
    assertThat(find("odd[1].st")).containsExactly("odd[1].st");
  }

  @Test
  void mistakesNameWordAndFolder() {
    assertMessage(
        "x*.st", "'" + folder + "/x*.st' matches nothing in " + Path.of("").toAbsolutePath());
    assertMessage("x.st", "no such file or folder: " + folder + "/x.st");
    assertThatThrownBy(() -> find("a.st", "a*.st"))
        .isInstanceOf(RecipeException.class)
        .hasMessage("ingredient " + folder + "/a.st is named twice");
  }

  private void assertMessage(String word, String message) {
    assertThatThrownBy(() -> find(word)).isInstanceOf(RecipeException.class).hasMessage(message);
  }

  private List<String> find(String... words) {
    List<String> absolute = List.of(words).stream().map(word -> folder + "/" + word).toList();
    return Ingredients.find(absolute).stream()
        .map(path -> folder.relativize(path).toString())
        .toList();
  }
}
