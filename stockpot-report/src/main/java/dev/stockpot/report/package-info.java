/// What a run found, drawn: [Study] is read from files, [ReportPage] and [FigureFiles] show it.
package dev.stockpot.report;
