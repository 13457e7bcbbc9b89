package dev.stockpot.internal.io;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/// Says why the operating system refused; the JDK's own messages often hold only the path.
public final class IoReason {
  private IoReason() {}

  /// The reason in words, without the path.
  public static String of(IOException e) {
    return switch (e) {
      case NoSuchFileException _ -> "no such file or folder";
      case AccessDeniedException _ -> "permission denied";
      case FileAlreadyExistsException _ -> "there is a file in the way";
      case FileSystemException fault when fault.getReason() != null -> fault.getReason();
      case ClosedChannelException _ -> "it has been closed";
      default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    };
  }
}
