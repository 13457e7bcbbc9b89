'use strict';
// Figures as options of Apache ECharts: functions of a study, of what the reader chose, and of
// colours. They touch no document, so that the same figures can be drawn without a browser.
const figures = (() => {
  const light = {
    ink: '#1c1e21', muted: '#5b626b', line: '#e4e6e9', paper: '#ffffff',
    base: '#1c1e21', individual: '#7d8896', soup: '#0067a5', 'wise-ft': '#00795c',
    ensemble: '#9a3f95', accent: '#b3470e', low: '#f4f7fa', high: '#0b4f7d', negative: '#a3420d'
  };
  const dark = {
    ink: '#e8eaed', muted: '#a3abb5', line: '#33373d', paper: '#17191c',
    base: '#ffffff', individual: '#8f9bab', soup: '#5db4f2', 'wise-ft': '#3cc9a0',
    ensemble: '#dd93d8', accent: '#f29a5e', low: '#22262b', high: '#7cc4f7', negative: '#f29a5e'
  };
  const kinds = [
    {kind: 'individual', label: 'fine-tuned models', symbol: 'circle', size: 8},
    {kind: 'base', label: 'base', symbol: 'rect', size: 10},
    {kind: 'wise-ft', label: 'WiSE-FT', symbol: 'circle', size: 6},
    {kind: 'ensemble', label: 'ensembles', symbol: 'triangle', size: 13},
    {kind: 'soup', label: 'soups', symbol: 'diamond', size: 15}
  ];
  // Names without quotes, which would end an attribute of a saved SVG.
  const font = 'system-ui, -apple-system, Roboto, Helvetica, Arial, sans-serif';

  // Numbers and names.

  const isShare = metric => /^(accuracy|top-?\d+)/.test(metric);
  const unit = metric => isShare(metric) ? metric + ', %' : metric;
  const number = (value, metric) =>
    value == null || Number.isNaN(value) ? '–'
      : isShare(metric) ? (100 * value).toFixed(2) : value.toFixed(4);
  const shown = (value, metric) => isShare(metric) ? 100 * value : value;
  // Control characters and marks that turn the direction of text are spelled out.
  const plain = text => String(text).replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    c => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'));
  const short = (text, most = 28) => {
    const points = Array.from(plain(text));
    return points.length <= most ? points.join('') : points.slice(0, most - 1).join('') + '…';
  };

  const scaleEnd = each => String(Number(each.toPrecision(3)));

  // What an axis can show: a set, or the mean over the sets of a role.

  function axes(study) {
    const of = role => study.sets.filter(set => set.role === role);
    const all = [];
    if (of('shift').length > 1) all.push({id: 'mean:shift', label: 'mean of shifts', sets: of('shift')});
    if (of('id').length > 1) all.push({id: 'mean:id', label: 'mean of in-distribution sets', sets: of('id')});
    study.sets.forEach(set => all.push({id: 'set:' + set.name, label: set.name, sets: [set]}));
    return all;
  }
  function usualAxes(study) {
    const all = axes(study);
    const find = role => all.find(axis => axis.id === 'mean:' + role) ||
      all.find(axis => axis.sets[0].role === role);
    const x = find('id') || find('select') || all[0];
    const y = find('shift') || all.find(axis => axis !== x) || x;
    return {x: x.id, y: y.id};
  }
  const axis = (study, id) => axes(study).find(each => each.id === id);
  function value(model, axis, metric) {
    const values = axis.sets.map(set => (model.metrics[set.name] || {})[metric]);
    return values.some(each => each == null) ? null
      : values.reduce((sum, each) => sum + each, 0) / values.length;
  }
  function metrics(study) {
    const names = new Set([study.metric]);
    study.models.forEach(model => Object.values(model.metrics).forEach(
      each => Object.keys(each).forEach(name => names.add(name))));
    return [...names];
  }
  const ofRole = (study, role) => axes(study).find(each => each.id === 'mean:' + role) ||
    axes(study).find(each => each.sets[0].role === role);
  const higher = (study, metric) => metric === study.metric ? study.higherIsBetter
    : !/loss|nll|mse|perplexity|brier|ece/.test(metric);

  // Least squares of y on x.
  function line(points) {
    const n = points.length;
    const mean = i => points.reduce((sum, point) => sum + point[i], 0) / n;
    const mx = mean(0), my = mean(1);
    const dot = (i, j) => points.reduce(
      (sum, point) => sum + (point[i] - [mx, my][i]) * (point[j] - [mx, my][j]), 0);
    if (n < 3 || dot(0, 0) === 0) return null;
    const slope = dot(0, 1) / dot(0, 0);
    return {slope, at: x => my + slope * (x - mx), correlation: dot(0, 1) / Math.sqrt(dot(0, 0) * dot(1, 1))};
  }

  // The line through models; of shares, through their logits, where such lines are straight
  // (Taori et al. 2020, Miller et al. 2021).
  function trend(points, shares) {
    const inside = !shares || points.every(point => point.every(each => each > 0 && each < 1));
    const to = shares && inside ? each => Math.log(each / (1 - each)) : each => each;
    const from = shares && inside ? each => 1 / (1 + Math.exp(-each)) : each => each;
    const raw = line(points), fit = line(points.map(point => point.map(to)));
    return fit && raw && {correlation: raw.correlation,
      at: x => from(fit.at(to(shares && inside ? Math.min(1 - 1e-9, Math.max(1e-9, x)) : x)))};
  }

  // Wilson's score interval at 95 %.
  function wilson(share, n) {
    const z = 1.959963984540054, square = z * z / n, centre = (share + square / 2) / (1 + square);
    const reach = z / (1 + square) * Math.sqrt(share * (1 - share) / n + square / (4 * n));
    return [Math.max(0, centre - reach), Math.min(1, centre + reach)];
  }

  // Options that all figures share.

  function frame(theme, more) {
    return Object.assign({
      animation: false,
      textStyle: {fontFamily: font, color: theme.ink},
      backgroundColor: 'transparent',
      grid: {left: 64, right: 28, top: 44, bottom: 56},
      tooltip: {
        trigger: 'item', confine: true, enterable: false, transitionDuration: 0,
        backgroundColor: theme.paper, borderColor: theme.line, padding: [8, 12],
        textStyle: {color: theme.ink, fontSize: 13, fontFamily: font}
      }
    }, more);
  }
  function valueAxis(theme, name, more) {
    return Object.assign({
      type: 'value', scale: true, name, nameLocation: 'middle', nameGap: 36,
      nameTextStyle: {color: theme.muted, fontSize: 13},
      axisLine: {show: true, lineStyle: {color: theme.muted}}, axisTick: {show: false},
      axisLabel: {color: theme.muted, hideOverlap: true}, splitLine: {lineStyle: {color: theme.line}}
    }, more);
  }
  function categoryAxis(theme, name, data, more) {
    return Object.assign(valueAxis(theme, name), {
      type: 'category', scale: undefined, data: data.map(each => short(each, 20)), splitLine: {show: false},
      axisLabel: {color: theme.muted, hideOverlap: true}
    }, more);
  }
  const legend = (theme, data) => ({
    type: 'scroll', top: 0, left: 0, itemWidth: 14, itemHeight: 12, itemGap: 18,
    textStyle: {color: theme.ink, fontSize: 13}, pageTextStyle: {color: theme.muted},
    pageIconColor: theme.muted, pageIconInactiveColor: theme.line,
    data: data.map(each => lines.has(each.name) ? Object.assign({icon: 'path://M0 5h20v2H0z'}, each) : each)
  });
  const lines = new Set(['line through the fine-tuned models', 'best so far', '95 % interval', 'between the two ends']);

  /// The figure of the paper: every model in-distribution against the mean of shifts.
  function scatter(study, choice, theme) {
    const x = axis(study, choice.x), y = axis(study, choice.y), metric = choice.metric;
    const points = study.models.map((model, index) => ({
      model, index, x: value(model, x, metric), y: value(model, y, metric)
    })).filter(point => point.x != null && point.y != null);
    const winner = study.verdict && study.verdict.winner;
    const series = [];
    for (const {kind, label, symbol, size} of kinds) {
      let own = points.filter(point => point.model.kind === kind);
      if (!own.length) continue;
      if (kind === 'wise-ft') own = own.slice().sort((a, b) => alpha(study, a.model) - alpha(study, b.model));
      const named = kind !== 'individual' && kind !== 'wise-ft';
      series.push({
        id: kind, name: label, type: kind === 'wise-ft' ? 'line' : 'scatter', symbol,
        symbolSize: size, z: kind === 'individual' ? 2 : 3,
        lineStyle: {color: theme[kind], width: 1.5},
        itemStyle: {color: theme[kind], opacity: kind === 'individual' ? 0.75 : 1},
        emphasis: {scale: 1.4},
        label: {
          show: named, position: 'right', distance: 8, fontSize: 12, lineHeight: 18, color: theme.ink,
          formatter: item => short(item.name, choice.narrow ? 14 : 28), textBorderColor: theme.paper, textBorderWidth: 3
        },
        // In a column at the right, since good models crowd; the base has room where it is.
        labelLayout: kind === 'base' ? {} : {x: choice.narrow ? '71%' : '86%', align: 'left', moveOverlap: 'shiftY'},
        labelLine: {show: named && kind !== 'base', length2: 2, lineStyle: {color: theme.muted, width: 0.6, opacity: 0.7}},
        data: own.map(point => ({
          name: point.model.name, value: [shown(point.x, metric), shown(point.y, metric)], model: point.index,
          itemStyle: point.model.name === winner
            ? {borderColor: theme.accent, borderWidth: 2.5} : undefined
        }))
      });
    }
    const own = points.filter(point => point.model.kind === 'individual').map(point => [point.x, point.y]);
    const fit = x === y ? null : trend(own, isShare(metric));
    if (fit) {
      const xs = points.map(point => point.x);
      const least = Math.min(...xs), most = Math.max(...xs);
      series.push({
        id: 'line', name: 'line through the fine-tuned models', type: 'line', symbol: 'none', silent: true, z: 1,
        lineStyle: {color: theme.muted, type: 'dashed', width: 1}, itemStyle: {color: theme.muted},
        tooltip: {show: false},
        data: Array.from({length: 33}, (_, i) => least + (most - least) * i / 32)
          .map(each => [shown(each, metric), shown(fit.at(each), metric)])
      });
    }
    return {
      option: frame(theme, {
        legend: legend(theme, series.map(each => ({name: each.name}))),
        grid: {left: 64, right: choice.narrow ? '31%' : '15.5%', top: 52, bottom: 56},
        xAxis: valueAxis(theme, x.label + ' (' + unit(metric) + ')'),
        yAxis: valueAxis(theme, y.label + ' (' + unit(metric) + ')', {nameGap: 46}),
        series
      }),
      fit,
      above: model => fit ? value(model, y, metric) - fit.at(value(model, x, metric)) : null,
      columns: ['name', 'recipe', x.label, y.label],
      rows: points.map(point => [point.model.name, point.model.recipe, point.x, point.y])
    };
  }
  // How far a model is from the base: by its weights, else by the number at the end of its name.
  function alpha(study, model) {
    const base = study.models.find(each => each.kind === 'base');
    if (base && model.ingredients[base.name] != null) return 1 - model.ingredients[base.name];
    const found = /(\d+(?:\.\d+)?)$/.exec(model.name);
    return found ? Number(found[1]) : 1;
  }

  /// Each candidate of a greedy search against the best so far.
  function trace(study, search, theme) {
    const select = ofRole(study, 'select');
    const set = select && select.sets[0].name, metric = study.metric;
    const first = study.models.find(model => model.name === search.kept[0]);
    let best = first && select ? value(first, select, metric) : null;
    const n = first && first.n[set];
    // Greedy searches begin with the best model, which is no step of theirs.
    const greedy = search.recipe.startsWith('greedy');
    if (!greedy) best = null;
    const steps = greedy ? [{candidate: search.kept[0], score: best, accepted: true}, ...search.steps] : search.steps;
    const bests = steps.map(step => {
      if (step.accepted && step.score != null) best = step.score;
      return best;
    });
    const point = (step, index) => ({
      name: step.candidate, step: index, value: [index, step.score == null
        ? (step.bound == null ? null : shown(step.bound, metric)) : shown(step.score, metric)]
    });
    const pick = test => steps.map(point).filter((item, index) => test(steps[index]) && item.value[1] != null);
    const bars = metric === 'accuracy' && n ? steps.map((step, index) => step.score == null ? null
      : [index, ...wilson(step.score, n).map(end => shown(end, metric))]).filter(Boolean) : [];
    const series = [
      {id: 'best', name: 'best so far', type: 'line', step: 'end', symbol: 'none', silent: true,
        lineStyle: {color: theme.muted, width: 1.2}, itemStyle: {color: theme.muted},
        data: bests.map((each, index) => [index, each == null ? null : shown(each, metric)])},
      {id: 'kept', name: 'kept', type: 'scatter', symbol: 'diamond', symbolSize: 14, z: 4,
        itemStyle: {color: theme.soup}, data: pick(step => step.accepted)},
      {id: 'dropped', name: 'not kept', type: 'scatter', symbol: 'circle', symbolSize: 9, z: 4,
        itemStyle: {color: theme.paper, borderColor: theme.individual, borderWidth: 1.8}, data: pick(step => !step.accepted && step.score != null)},
      {id: 'stopped', name: 'given up early (bound)', type: 'scatter', symbol: 'triangle', symbolRotate: 180, symbolSize: 8, z: 4,
        itemStyle: {color: theme.individual}, data: pick(step => step.score == null)},
      {id: 'band', name: '95 % interval', type: 'custom', silent: true, z: 2, data: bars,
        itemStyle: {color: theme.individual},
        encode: {x: 0, y: [1, 2]}, renderItem: (_, api) => errorBar(api, theme.individual)}
    ].filter(each => each.data.length);
    return {
      option: frame(theme, {
        legend: legend(theme, series.map(each => ({name: each.name}))),
        grid: {left: 64, right: 28, top: 44, bottom: 64},
        xAxis: categoryAxis(theme, 'candidates in the order tried', steps.map(step => step.candidate), {nameGap: 42}),
        yAxis: valueAxis(theme, set + ' (' + unit(metric) + ')', {nameGap: 46}),
        series
      }),
      steps, bests,
      columns: ['step', 'candidate', 'score', 'bound', 'kept', 'best so far'],
      rows: steps.map((step, index) =>
        [index, step.candidate, step.score, step.bound, step.accepted, bests[index]])
    };
  }
  function errorBar(api, colour) {
    const low = api.coord([api.value(0), api.value(1)]), high = api.coord([api.value(0), api.value(2)]);
    const segment = (x1, y1, x2, y2) =>
      ({type: 'line', shape: {x1, y1, x2, y2}, style: {stroke: colour, lineWidth: 1, opacity: 0.6}});
    return {type: 'group', children: [
      segment(low[0], low[1], high[0], high[1]),
      segment(low[0] - 3, low[1], low[0] + 3, low[1]),
      segment(high[0] - 3, high[1], high[0] + 3, high[1])
    ]};
  }

  /// Numbers in rows and columns by colour. Where there are many, `drawn.cells` has them, and a page
  /// can draw them as one image (`drawn.colour`), which is many times faster than a mark for each.
  function heatmap(map, {name, x, y, from, to}, theme) {
    const data = [];
    let least = Infinity, most = -Infinity;
    map.values.forEach((row, r) => row.forEach((each, c) => {
      if (each == null) return;
      least = Math.min(least, each);
      most = Math.max(most, each);
      data.push([c, r, each]);
    }));
    const low = from == null ? least : from, high = to == null ? most : to;
    const diverging = low < 0;
    const reach = Math.max(Math.abs(low), Math.abs(high));
    const start = diverging ? -reach : low, end = diverging ? reach : high === low ? low + 1 : high;
    const colours = diverging ? [theme.negative, theme.low, theme.high] : [theme.low, theme.high];
    return {
      option: frame(theme, {
        grid: {left: 16, right: 100, top: 12, bottom: 44, containLabel: true},
        xAxis: categoryAxis(theme, x, map.columns, {axisLabel: {color: theme.muted, rotate: 45, hideOverlap: true},
          nameGap: 0, name: ''}),
        yAxis: categoryAxis(theme, y, map.rows, {inverse: true, name: ''}),
        visualMap: {
          type: 'continuous', min: start, max: end, dimension: 2, calculable: false, right: 0, top: 'middle', itemHeight: 160,
          precision: 3, text: [scaleEnd(diverging ? reach : high) + ' ' + name, scaleEnd(diverging ? -reach : low)], textStyle: {color: theme.muted},
          inRange: {color: colours}
        },
        series: [{
          id: 'cells', name, type: 'heatmap', data, progressive: 0,
          itemStyle: {borderColor: theme.paper, borderWidth: 1},
          emphasis: {itemStyle: {borderColor: theme.ink, borderWidth: 1.5}}
        }]
      }),
      large: data.length > 2500,
      cells: data,
      colour: ramp(start, end, colours),
      columns: ['', ...map.columns],
      rows: map.rows.map((row, r) => [row, ...map.values[r]])
    };
  }
  // Red, green and blue of a value, between colours at equal distances.
  function ramp(start, end, colours) {
    const stops = colours.map(each => [1, 3, 5].map(at => parseInt(each.slice(at, at + 2), 16)));
    return each => {
      const place = Math.min(1, Math.max(0, (each - start) / (end - start))) * (stops.length - 1);
      const left = Math.min(stops.length - 2, Math.floor(place)), share = place - left;
      return stops[left].map((part, i) => Math.round(part + share * (stops[left + 1][i] - part)));
    };
  }

  /// Angles of one layer, unpacked: the upper triangle in tenths of a degree, two digits each.
  function unpacked(names, packed) {
    const digit = at => '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_'.indexOf(packed[at]);
    const values = names.map(() => names.map(() => 0));
    let at = 0;
    for (let row = 0; row < names.length; row++) {
      for (let column = row + 1; column < names.length; column++, at += 2) {
        const tenths = digit(at) * 64 + digit(at + 1);
        values[row][column] = values[column][row] = tenths === 4095 ? null : tenths / 10;
      }
    }
    return {rows: names, columns: names, values};
  }

  /// A hyperparameter against how well its models do.
  function hyperparameter(study, choice, theme) {
    const y = axis(study, choice.y), name = choice.name, metric = study.metric;
    const points = study.models.map((model, index) => ({
      model, index, x: model.hyperparameters[name], y: value(model, y, metric)
    })).filter(point => point.x != null && point.y != null);
    const numeric = points.every(point => typeof point.x === 'number');
    const positive = numeric && points.every(point => point.x > 0);
    const xs = points.map(point => point.x);
    const log = positive && Math.max(...xs) / Math.min(...xs) > 30;
    const word = each => typeof each === 'object' ? JSON.stringify(each) : String(each);
    const words = [...new Set(points.map(point => word(point.x)))].sort();
    return {
      option: frame(theme, {
        grid: {left: 64, right: 28, top: 16, bottom: 56},
        xAxis: numeric ? valueAxis(theme, plain(name) + (log ? ' (log scale)' : ''), {type: log ? 'log' : 'value', min: log ? 'dataMin' : undefined, max: log ? 'dataMax' : undefined,
            axisLabel: {color: theme.muted, hideOverlap: true, formatter: each => String(Number(Number(each).toPrecision(3)))}})
          : categoryAxis(theme, plain(name), words),
        yAxis: valueAxis(theme, y.label + ' (' + unit(metric) + ')', {nameGap: 46}),
        series: [{
          id: 'models', name: 'fine-tuned models', type: 'scatter', symbolSize: 9,
          itemStyle: {color: theme.soup, opacity: 0.8},
          data: points.map(point => ({
            name: point.model.name, model: point.index,
            value: [numeric ? point.x : words.indexOf(word(point.x)), shown(point.y, metric)]
          }))
        }]
      }),
      columns: ['name', name, y.label],
      rows: points.map(point => [point.model.name, word(point.x), point.y])
    };
  }

  /// Model Stock's ratio by layer.
  function stock(study, theme) {
    const layers = study.stock;
    return {
      option: frame(theme, {
        legend: legend(theme, [{name: 't'}, {name: 'mean angle'}, {name: 'mean norm'}]),
        grid: {left: 56, right: 64, top: 44, bottom: 16, containLabel: true},
        xAxis: categoryAxis(theme, '', layers.map(layer => layer.name), {axisLabel: {color: theme.muted, rotate: 45, hideOverlap: true}}),
        yAxis: [
          valueAxis(theme, 't', {min: 0, max: 1, scale: false}),
          valueAxis(theme, 'angle, degrees', {position: 'right', min: 0, max: 180, interval: 45, splitLine: {show: false}}),
          valueAxis(theme, '', {position: 'right', show: false, min: 0})
        ],
        series: [
          {id: 't', name: 't', type: 'bar', barMaxWidth: 28, itemStyle: {color: theme.soup},
            data: layers.map((layer, index) => ({name: layer.name, value: layer.t, layer: index}))},
          {id: 'angle', name: 'mean angle', type: 'line', yAxisIndex: 1, symbol: 'circle', symbolSize: 6,
            lineStyle: {color: theme.accent, width: 1.2}, itemStyle: {color: theme.accent},
            data: layers.map((layer, index) => ({name: layer.name, layer: index, value: layer.cosine == null ? null
              : Math.acos(Math.max(-1, Math.min(1, layer.cosine))) * 180 / Math.PI}))},
          {id: 'norm', name: 'mean norm', type: 'line', yAxisIndex: 2, symbol: 'circle', symbolSize: 6,
            lineStyle: {color: theme['wise-ft'], width: 1.2, type: 'dashed'}, itemStyle: {color: theme['wise-ft']},
            data: layers.map((layer, index) => ({name: layer.name, layer: index, value: layer.norm}))}
        ]
      }),
      columns: ['layer', 't', 'cosine', 'mean norm'],
      rows: layers.map(layer => [layer.name, layer.t, layer.cosine, layer.norm])
    };
  }

  /// Measurements along the line between two models.
  function curve(along, key, theme) {
    const values = along.values[key], metric = key.slice(key.lastIndexOf(' ') + 1);
    const ends = along.alphas.map(a => (1 - a) * values[0] + a * values[values.length - 1]);
    const gain = along.alphas.map((_, i) => values[i] - ends[i]);
    return {
      option: frame(theme, {
        legend: legend(theme, [{name: 'measured'}, {name: 'between the two ends'}]),
        xAxis: valueAxis(theme, 'α (0: ' + short(along.from) + ', 1: ' + short(along.to) + ')', {min: 0, max: 1}),
        yAxis: valueAxis(theme, key.slice(0, key.lastIndexOf(' ')) + ' (' + unit(metric) + ')', {nameGap: 46}),
        series: [
          {id: 'measured', name: 'measured', type: 'line', symbol: 'circle', symbolSize: 7, lineStyle: {color: theme.soup, width: 2},
            itemStyle: {color: theme.soup}, data: along.alphas.map((a, i) => ({name: 'α = ' + a, value: [a, shown(values[i], metric)]}))},
          {id: 'ends', name: 'between the two ends', type: 'line', symbol: 'none', silent: true,
            lineStyle: {color: theme.muted, type: 'dashed', width: 1}, itemStyle: {color: theme.muted},
            data: [0, ends.length - 1].map(i => [along.alphas[i], shown(ends[i], metric)])}
        ]
      }),
      metric, gain,
      columns: ['alpha', key],
      rows: along.alphas.map((a, i) => [a, values[i]])
    };
  }

  /// Measurements over the plane through three models: cells, contours, the models.
  function landscape(plane, key, theme) {
    const grid = plane.values[key], metric = key.slice(key.lastIndexOf(' ') + 1);
    const scaled = grid.map(row => row.map(each => each == null ? null : shown(each, metric)));
    const all = scaled.flat().filter(each => each != null);
    const least = Math.min(...all), most = Math.max(...all);
    // Contours divide the values into tenths: they are dense where most of the plane is.
    const sorted = all.slice().sort((a, b) => a - b);
    const levels = [...new Set(Array.from({length: 9}, (_, i) => sorted[Math.floor(sorted.length * (i + 1) / 10)]))];
    const cells = [];
    scaled.forEach((row, r) => row.forEach((each, c) => {
      if (each != null) cells.push([plane.x[c], plane.y[r], each]);
    }));
    const dx = (plane.x[1] - plane.x[0]) || 1, dy = (plane.y[1] - plane.y[0]) || 1;
    const ends = (values, step) => ({min: values[0] - step / 2, max: values[values.length - 1] + step / 2,
      axisLabel: {color: theme.muted, hideOverlap: true, showMinLabel: false, showMaxLabel: false}});
    return {
      option: frame(theme, {
        grid: {left: 64, right: 110, top: 16, bottom: 56},
        xAxis: valueAxis(theme, 'distance along ' + plane.points.slice(0, 2).map(point => short(point.name, 16)).join(' to '), ends(plane.x, dx)),
        yAxis: valueAxis(theme, 'distance across', Object.assign({nameGap: 46}, ends(plane.y, dy))),
        visualMap: {
          type: 'continuous', min: least, max: most === least ? least + 1 : most, dimension: 2, seriesIndex: 0,
          right: 0, top: 'middle', itemHeight: 160, precision: 3, text: [scaleEnd(most) + (isShare(metric) ? ' %' : ''), scaleEnd(least)],
          textStyle: {color: theme.muted}, inRange: {color: [theme.low, theme.high]}
        },
        series: [
          {id: 'cells', name: key, type: 'custom', data: cells, progressive: 0, encode: {x: 0, y: 1},
            renderItem: (_, api) => {
              const a = api.coord([api.value(0) - dx / 2, api.value(1) + dy / 2]);
              const b = api.coord([api.value(0) + dx / 2, api.value(1) - dy / 2]);
              return {type: 'rect', shape: {x: a[0], y: a[1], width: b[0] - a[0] + 0.5, height: b[1] - a[1] + 0.5},
                style: {fill: api.visual('color')}};
            }},
          {id: 'contours', name: 'contours', type: 'lines', coordinateSystem: 'cartesian2d', silent: true, z: 3,
            lineStyle: {color: theme.ink, width: 0.8, opacity: 0.55},
            data: levels.flatMap(level => contour(scaled, plane.x, plane.y, level)).map(coords => ({coords}))},
          {id: 'points', name: 'models', type: 'scatter', symbol: 'diamond', symbolSize: 14, z: 4,
            itemStyle: {color: theme.accent, borderColor: theme.paper, borderWidth: 1},
            label: {show: true, position: 'right', distance: 7, formatter: item => short(item.name), color: theme.ink,
              backgroundColor: theme.paper, padding: [3, 6], borderRadius: 3},
            data: plane.points.map(point => ({name: point.name, value: [point.x, point.y]}))}
        ]
      }),
      canvas: cells.length > 2500,
      columns: ['x', 'y', key],
      rows: grid.flatMap((row, r) => row.map((each, c) => [plane.x[c], plane.y[r], each]))
    };
  }
  // Marching squares: where the grid crosses a level, as segments.
  function contour(grid, xs, ys, level) {
    const segments = [];
    for (let r = 0; r + 1 < ys.length; r++) {
      for (let c = 0; c + 1 < xs.length; c++) {
        const corners = [[c, r], [c + 1, r], [c + 1, r + 1], [c, r + 1]];
        const values = corners.map(([i, j]) => grid[j][i]);
        if (values.some(each => each == null)) continue;
        const crossings = [];
        corners.forEach(([i, j], k) => {
          const a = values[k], b = values[(k + 1) % 4], [i2, j2] = corners[(k + 1) % 4];
          if ((a < level) === (b < level)) return;
          const f = (level - a) / (b - a);
          crossings.push([xs[i] + f * (xs[i2] - xs[i]), ys[j] + f * (ys[j2] - ys[j])]);
        });
        for (let k = 0; k + 1 < crossings.length; k += 2) segments.push([crossings[k], crossings[k + 1]]);
      }
    }
    return segments;
  }

  /// Soup against ensemble: the approximation against what was measured, the loss or the share of
  /// errors. The dashed line is where both are the same.
  function approximation(pairs, choice, theme) {
    const own = pairs.filter(pair => (pair.set || '') === choice.set);
    const measured = pair => choice.of === 'loss' ? pair.measured : pair.error;
    const points = own.filter(pair => measured(pair) != null);
    const fit = line(points.map(pair => [measured(pair), pair.approximated]));
    const ends = points.flatMap(pair => [measured(pair), pair.approximated]);
    const equal = choice.of === 'loss' && ends.length ? [Math.min(...ends), Math.max(...ends)].map(each => [each, each]) : [];
    return {
      option: frame(theme, {
        grid: {left: 64, right: 28, top: 16, bottom: 56},
        xAxis: valueAxis(theme, 'measured: ' + (choice.of === 'loss' ? 'loss' : 'share of errors') + ' of the soup minus that of the ensemble'),
        yAxis: valueAxis(theme, 'approximated: difference of losses', {nameGap: 50}),
        series: [
          {id: 'pairs', name: 'pairs', type: 'scatter', symbolSize: 9, itemStyle: {color: theme.soup, opacity: 0.8},
            data: points.map(pair => ({name: pair.first + ' and ' + pair.second, pair: pairs.indexOf(pair),
              value: [measured(pair), pair.approximated]}))},
          {id: 'equal', type: 'line', symbol: 'none', silent: true,
            lineStyle: {color: theme.muted, type: 'dashed', width: 1}, data: equal}
        ]
      }),
      correlation: fit && fit.correlation,
      columns: ['first', 'second', 'set', 'alpha', 'measured, loss', 'measured, errors', 'approximated'],
      rows: own.map(pair => [pair.first, pair.second, pair.set, pair.alpha, pair.measured, pair.error, pair.approximated])
    };
  }

  /// How much better models half way between two are than the mean of the two, against the angle
  /// between their task vectors.
  function advantage(found, set, theme) {
    const own = found.pairs.filter(pair => pair.set === set);
    const fit = line(own.map(pair => [pair.angle, pair.advantage]));
    const angles = own.map(pair => pair.angle);
    return {
      option: frame(theme, {
        grid: {left: 64, right: 28, top: 16, bottom: 56},
        xAxis: valueAxis(theme, 'angle between the two task vectors, degrees'),
        yAxis: valueAxis(theme, 'advantage (' + (isShare(found.metric) ? 'points of ' : '') + found.metric + ')', {nameGap: 46}),
        series: [
          {id: 'pairs', name: 'pairs', type: 'scatter', symbolSize: 9, itemStyle: {color: theme.soup, opacity: 0.8},
            data: own.map(pair => ({name: pair.first + ' and ' + pair.second, pair: found.pairs.indexOf(pair),
              value: [pair.angle, shown(pair.advantage, found.metric)]}))},
          {id: 'fit', type: 'line', symbol: 'none', silent: true,
            lineStyle: {color: theme.muted, type: 'dashed', width: 1},
            data: fit ? [Math.min(...angles), Math.max(...angles)].map(each => [each, shown(fit.at(each), found.metric)]) : []}
        ]
      }),
      correlation: fit && fit.correlation,
      columns: ['first', 'second', 'set', 'angle, degrees', 'advantage'],
      rows: own.map(pair => [pair.first, pair.second, pair.set, pair.angle, pair.advantage])
    };
  }

  /// The main figure for paper: light, on white.
  function still(study) {
    const choice = Object.assign({metric: study.metric}, usualAxes(study));
    return Object.assign(scatter(study, choice, light).option, {backgroundColor: light.paper});
  }

  return {still, light, dark, axes, usualAxes, axis, ofRole, value, metrics, higher, number, unit, shown, isShare, plain,
    short, line, wilson, scatter, trace, heatmap, unpacked, hyperparameter, stock, curve, landscape, approximation,
    advantage};
})();
