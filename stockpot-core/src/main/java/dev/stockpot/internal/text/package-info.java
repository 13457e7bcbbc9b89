/// Text for people.
package dev.stockpot.internal.text;
