/// Images as arrays of bytes: decoded, resized and cropped as the Python tools do it that models
/// are trained with.
package dev.stockpot.internal.image;
