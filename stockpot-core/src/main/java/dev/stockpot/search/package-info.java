/// Search: recipes that choose ingredients or weights by evaluation.
package dev.stockpot.search;
