package dev.stockpot.eval;

import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/// Where metrics of the user's own come from: jars, or folders of classes, and the class path.
///
/// A metric there is named by its class, or, if it is a provider of [Metric] for
/// [java.util.ServiceLoader], by its own name.
public final class MetricPath {
  private final List<Path> places;
  private final ClassLoader loader;

  /// Looks into places; their classes stay in use as long as the process.
  ///
  /// @throws EvaluationException if a place does not exist
  public MetricPath(List<Path> places) {
    this.places = List.copyOf(places);
    List<URL> urls = new ArrayList<>();
    for (Path place : places) {
      if (!Files.exists(place)) {
        throw new EvaluationException(
            place + ": no such file or folder; name the jar of your metric");
      }
      urls.add(url(place.toUri()));
    }
    ClassLoader own = Metric.class.getClassLoader();
    loader = urls.isEmpty() ? own : new URLClassLoader(urls.toArray(URL[]::new), own);
  }

  /// The metrics that say their names themselves.
  ///
  /// @throws EvaluationException if one cannot be loaded
  public List<Metric> providers() {
    List<Metric> found = new ArrayList<>();
    try {
      ServiceLoader.load(Metric.class, loader).forEach(found::add);
    } catch (ServiceConfigurationError | LinkageError e) {
      throw new EvaluationException("metric-path " + places + ": " + e.getMessage(), e);
    }
    return found;
  }

  /// The metric of that name: Stockpot's, a provider's, or a class's.
  ///
  /// @return empty if the name is that of no metric, and no class's, since there is no dot in it
  /// @throws EvaluationException if there is no such class, or it is no metric to be used here
  public Optional<Metric> find(String name) {
    return Metrics.find(name)
        .or(() ->
            providers().stream()
                .filter(metric -> metric.name().equals(name))
                .findFirst()
                .or(() -> name.contains(".") ? Optional.of(load(name)) : Optional.empty())
                .map(metric -> checked(name, metric)));
  }

  private static Metric checked(String name, Metric metric) {
    if (Metrics.find(metric.name()).isPresent()) {
      throw fault(
          name,
          "calls itself '" + metric.name() + "', as one of Stockpot's own; give it another name");
    }
    return metric;
  }

  private Metric load(String name) {
    Class<?> type;
    try {
      type = Class.forName(name, true, loader);
    } catch (ClassNotFoundException e) {
      throw fault(
          name,
          places.isEmpty()
              ? "no such class; name the jar that it is in under 'metric-path'"
              : "no such class in " + places + "; a class is named with its package",
          e);
    } catch (LinkageError e) {
      throw fault(name, "cannot be loaded: " + e, e);
    }
    if (!Metric.class.isAssignableFrom(type)) {
      throw fault(name, "is no dev.stockpot.eval.Metric; let the class implement it");
    }
    try {
      return (Metric) type.getConstructor().newInstance();
    } catch (NoSuchMethodException | IllegalAccessException | InstantiationException e) {
      throw fault(
          name, "needs to be a public class with a public constructor without parameters", e);
    } catch (InvocationTargetException e) {
      throw fault(name, "its constructor failed: " + e.getCause(), e);
    }
  }

  private static URL url(URI place) {
    try {
      return place.toURL();
    } catch (MalformedURLException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static EvaluationException fault(String name, String what) {
    return new EvaluationException("metric '" + name + "': " + what);
  }

  private static EvaluationException fault(String name, String what, Throwable cause) {
    return new EvaluationException("metric '" + name + "': " + what, cause);
  }
}
