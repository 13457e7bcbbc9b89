/// The protobuf wire format, which ONNX files are made of; not exported.
package dev.stockpot.internal.protobuf;
