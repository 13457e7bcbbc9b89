/// Merge configs become plans: which tensor of the output is made from which tensors of the models,
/// and with what parameters. Everything is decided from headers, and all mistakes are told at once.
package dev.stockpot.plan;
