package dev.stockpot.internal.io;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;

/// Ends the process on Ctrl-C, SIGTERM and SIGHUP without the JVM's shutdown hooks.
///
/// ONNX Runtime tears itself down in such a hook while other threads still compute with it, which
/// aborts the process before anything else is cleared away. Where no native engine is loaded, the
/// JVM's own way of ending does as well, and nothing is to be set up for it.
public final class Signals {
  private static final List<String> NAMES = List.of("INT", "TERM", "HUP");

  private static boolean set;

  private Signals() {}

  /// Does what [Ending] holds and is gone, with the exit code that shells give for the signal.
  public static synchronized void endAtOnce() {
    if (set) {
      return;
    }
    set = true;
    // By reflection, since javac warns of this class and lets nobody suppress that.
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      InvocationHandler end =
          (_, method, args) -> {
            if (method.getName().equals("handle")) {
              Ending.run();
              Runtime.getRuntime().halt(128 + (int) signal.getMethod("getNumber").invoke(args[0]));
            }
            return null;
          };
      Object proxy =
          Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler}, end);
      for (String name : NAMES) {
        handle(signal, handler, name, proxy);
      }
    } catch (ReflectiveOperationException e) {
      // The JVM's own way of ending stays.
    }
  }

  private static void handle(Class<?> signal, Class<?> handler, String name, Object proxy)
      throws ReflectiveOperationException {
    try {
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
    } catch (InvocationTargetException e) {
      // A signal that this system does not have, or that -Xrs leaves alone.
    }
  }
}
