/// What can be known of ingredients from their weights alone, before anything is evaluated.
package dev.stockpot.diagnose;
