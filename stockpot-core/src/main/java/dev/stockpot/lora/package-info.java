/// Low-rank adapters (LoRA) in PEFT's layout: applied to their base, averaged, extracted.
package dev.stockpot.lora;
