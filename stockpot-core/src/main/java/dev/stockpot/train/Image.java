package dev.stockpot.train;

/// Pixels of an image, to be changed in place.
///
/// @param pixels all values
/// @param channelsLast whether the channels of a pixel lie together
@SuppressWarnings("ArrayRecordComponent") // It is memory, not a value.
public record Image(float[] pixels, int channels, int height, int width, boolean channelsLast) {

  /// Where a value is.
  int at(int channel, int y, int x) {
    return channelsLast ? (y * width + x) * channels + channel : (channel * height + y) * width + x;
  }
}
