'use strict';
// The page: reads the study that lies in it and shows it. Names and messages come from strangers'
// files, so everything becomes text nodes and nothing markup.
(() => {
  const study = JSON.parse(document.getElementById('study').textContent);
  const charts = {};
  const redraws = [];
  const {plain, short, number, value} = figures;
  let theme = figures.light, printing = false;

  // Building elements.

  function h(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, each] of Object.entries(attributes || {})) {
      if (name.startsWith('on')) element.addEventListener(name.slice(2), each);
      else if (each !== false && each != null) element.setAttribute(name, each === true ? '' : each);
    }
    element.append(...children.flat().filter(child => child != null && child !== false));
    return element;
  }
  const name = text => h('bdi', {title: Array.from(text).length > 40 ? plain(text) : null}, short(text, 60));
  const signed = (each, metric) => {
    const size = figures.isShare(metric) ? (100 * each).toFixed(2) + ' points' : each.toFixed(4);
    return (each >= 0 ? '+' : '−') + size.replace('-', '');
  };

  function save(file, type, text) {
    const url = URL.createObjectURL(new Blob([text], {type}));
    h('a', {href: url, download: file}).click();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  }
  function csv(columns, rows) {
    // A cell that a spreadsheet would take for a formula is kept from it.
    const cell = each => {
      const text = each == null ? '' : typeof each === 'number' ? String(each)
        : plain(each).replace(/^[=+@\-]/, '\'$&');
      return /[",\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
    };
    return [columns, ...rows].map(row => row.map(cell).join(',')).join('\r\n') + '\r\n';
  }
  const numbers = each => each == null ? '–' : typeof each !== 'number' ? plain(each)
    : Number.isInteger(each) ? String(each) : String(Number(each.toPrecision(7)));
  function plainTable(columns, rows) {
    return h('table', null,
      h('thead', null, h('tr', null, columns.map(column => h('th', {scope: 'col'}, plain(column))))),
      h('tbody', null, rows.map(row => h('tr', null, row.map((each, i) =>
        h(i ? 'td' : 'th', {scope: i ? null : 'row', class: typeof each === 'string' ? 'text' : null}, numbers(each)))))));
  }

  // A figure: chart, choices, data as a table, files to save; points by arrow keys.

  // It is drawn when it comes near the window, since a hundred thousand cells take a while.

  function figure({id, title, caption, choices = [], height = 440, draw, tip}) {
    const chosen = {};
    const chart = h('div', {class: 'chart', id: 'chart-' + id, tabindex: 0, role: 'application', 'aria-roledescription': 'chart',
      'aria-label': title + '. Arrow keys walk through the points; the numbers are in the table below.'});
    const said = h('div', {class: 'hidden', 'aria-live': 'polite'});
    const tools = h('div', {class: 'tools'});
    for (const {key, label, options, value: first} of choices) {
      chosen[key] = first;
      if (options.length < 2) continue;
      tools.append(h('label', null, label, h('select', {onchange: event => {
        chosen[key] = event.target.value;
        redraw();
      }}, options.map(option => h('option', {value: option.id, selected: option.id === first}, short(option.label, 40))))));
    }
    const table = h('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Numbers: ' + title});
    const details = h('details', {ontoggle: () => fill()}, h('summary', null, 'Numbers'), table);
    const words = h('figcaption');
    tools.append(
      h('button', {type: 'button', onclick: () => save(id + '.svg', 'image/svg+xml', svg())}, 'SVG'),
      h('button', {type: 'button', onclick: () => save(id + '.csv', 'text/csv', csv(data().columns, data().rows))}, 'CSV'));
    let drawn, instance, renderer, at = -1;
    const pointer = {};

    function fill() {
      if (details.open) table.replaceChildren(plainTable(data().columns, data().rows));
    }
    const data = () => drawn || draw(chosen, theme);
    function svg() {
      const still = echarts.init(null, null, {renderer: 'svg', ssr: true, width: 900, height});
      still.setOption(Object.assign(draw(chosen, figures.light).option, {backgroundColor: '#ffffff'}));
      const text = still.renderToSVGString();
      still.dispose();
      return text;
    }
    function redraw() {
      // On paper a figure is no taller than a page.
      chart.style.height = Math.min(height, printing ? 820 : Infinity) + 'px';
      chosen.narrow = chart.clientWidth < 560;
      drawn = draw(chosen, theme);
      if (drawn.large) asImage(drawn, () => instance, pointer);
      const wanted = drawn.large || drawn.canvas ? 'canvas' : 'svg';
      if (instance && renderer !== wanted) {
        instance.dispose();
        instance = null;
      }
      renderer = wanted;
      if (!instance) {
        instance = echarts.init(chart, null, {renderer});
        instance.getZr().on('mousemove', event => { pointer.at = [event.offsetX, event.offsetY]; });
      }
      drawn.option.tooltip.formatter = item => {
        const found = drawn.large && item.seriesId === 'cells' ? drawn.under() : item;
        return found ? bubble(found) : '';
      };
      instance.setOption(drawn.option, true);
      instance.resize();
      // Paper does not wait for the next frame.
      if (printing) instance.getZr().flush();
      charts[id] = instance;
      words.replaceChildren(...[caption ? caption(drawn, chosen) : []].flat());
      at = -1;
      fill();
    }
    function bubble(item) {
      const lines = tip(item, drawn, chosen);
      return h('div', {class: 'tip'}, h('b', null, name(lines[0])), h('table', null, lines.slice(1).map(
        ([key, text]) => h('tr', null, h('td', null, plain(key)), h('td', null, h('bdi', null, plain(text)))))));
    }
    chart.addEventListener('keydown', event => {
      const step = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1}[event.key];
      if (!step) {
        if (event.key === 'Escape') instance.dispatchAction({type: 'hideTip'});
        return;
      }
      event.preventDefault();
      first();
      const places = drawn.large ? drawn.cells.map(value => ({value})) : drawn.option.series.flatMap((series, seriesIndex) =>
        series.silent ? [] : series.data.map((data, dataIndex) => ({seriesIndex, dataIndex, seriesId: series.id,
          seriesName: series.name, data, name: data.name, value: data.value || data})));
      if (!places.length) return;
      at = (at + step + places.length) % places.length;
      const place = places[at];
      if (drawn.large) {
        pointer.at = instance.convertToPixel({gridIndex: 0}, place.value.slice(0, 2));
        instance.dispatchAction({type: 'showTip', x: pointer.at[0], y: pointer.at[1]});
      } else {
        instance.dispatchAction({type: 'showTip', seriesIndex: place.seriesIndex, dataIndex: place.dataIndex});
      }
      const lines = tip(place, drawn, chosen);
      said.textContent = [plain(lines[0]), ...lines.slice(1).map(line => line.map(plain).join(' '))].join(', ');
    });
    chart.style.height = height + 'px';
    const near = new IntersectionObserver(seen => seen.some(each => each.isIntersecting) && first(), {rootMargin: '400px'});
    near.observe(chart);
    function first() {
      near.disconnect();
      if (!instance) redraw();
    }
    redraws.push({first, redraw: () => instance && redraw(), resize: () => instance && instance.resize()});
    return h('figure', {id, 'aria-label': title}, h('div', {class: 'head'}, h('h3', null, title), tools), words, chart, said, details);
  }

  // Ten thousand cells are one image, a pixel each; what is under the pointer is worked out.

  function asImage(drawn, chart, pointer) {
    const canvas = document.createElement('canvas');
    canvas.width = drawn.option.xAxis.data.length;
    canvas.height = drawn.option.yAxis.data.length;
    const context = canvas.getContext('2d'), pixels = context.createImageData(canvas.width, canvas.height);
    const known = new Map();
    drawn.cells.forEach(value => {
      const at = value[1] * canvas.width + value[0];
      pixels.data.set([...drawn.colour(value[2]), 255], 4 * at);
      known.set(at, value);
    });
    context.putImageData(pixels, 0, 0);
    drawn.under = () => {
      const [column, row] = chart().convertFromPixel({gridIndex: 0}, pointer.at).map(Math.round);
      const value = known.get(row * canvas.width + column);
      return value && {seriesId: 'cells', value};
    };
    drawn.option.visualMap.seriesIndex = [];
    drawn.option.series = [{
      id: 'cells', name: drawn.option.series[0].name, type: 'custom', data: [[0, 0]],
      renderItem: (_, api) => {
        const a = api.coord([0, 0]), b = api.coord([canvas.width - 1, canvas.height - 1]), cell = api.size([1, 1]);
        return {type: 'image', style: {image: enlarged(canvas, cell), x: a[0] - cell[0] / 2, y: a[1] - cell[1] / 2,
          width: b[0] - a[0] + cell[0], height: b[1] - a[1] + cell[1]}};
      }
    }];
  }
  // Cells with sharp edges: browsers smooth an image that they enlarge.
  function enlarged(canvas, cell) {
    const sharp = document.createElement('canvas'), scale = devicePixelRatio || 1;
    sharp.width = canvas.width * Math.max(1, Math.round(cell[0] * scale));
    sharp.height = canvas.height * Math.max(1, Math.round(cell[1] * scale));
    const context = sharp.getContext('2d');
    context.imageSmoothingEnabled = false;
    context.drawImage(canvas, 0, 0, sharp.width, sharp.height);
    return sharp;
  }

  // What hovering says of a model.

  function interval(model, set) {
    return study.intervals.find(each => each.model === model.name && each.set === set);
  }
  function measured(model, set, metric) {
    const n = model.n[set], correct = model.correct[set];
    const each = number((model.metrics[set] || {})[metric], metric);
    return metric === 'accuracy' && correct != null ? each + ' (' + correct + ' of ' + n + ')' : each;
  }
  function modelTip(model, metric, extra = []) {
    const lines = [model.name, ['', model.kind === 'individual' ? 'fine-tuned model' : model.recipe], ...extra];
    study.sets.forEach(set => lines.push([set.name, measured(model, set.name, metric)]));
    const shift = figures.ofRole(study, 'shift');
    if (shift && shift.sets.length > 1) lines.push([shift.label, number(value(model, shift, metric), metric)]);
    const parts = Object.keys(model.ingredients);
    if (parts.length > 1) {
      lines.push(['ingredients', parts.length <= 12 ? parts.map(each => short(each, 20)).join(', ') : String(parts.length)]);
    }
    Object.entries(model.hyperparameters).forEach(([key, each]) =>
      lines.push([key, typeof each === 'number' ? numbers(each) : typeof each === 'string' ? each : JSON.stringify(each)]));
    return lines;
  }

  // Sections.

  const sections = [];
  function section(id, title, ...content) {
    const there = content.flat().filter(Boolean);
    if (!there.length) return;
    sections.push({id, title, element: h('section', {id, 'aria-labelledby': id + '-title'},
      h('h2', {id: id + '-title'}, title), ...there)});
  }

  function head() {
    const verdict = study.verdict;
    const words = (verdict ? plain(verdict.sentence) : study.models.length + ' models, by ' + plain(study.metric) + '.')
      .replace(/ (%|=) ?/g, (all, sign) => '\u00a0' + sign + (sign === '=' ? '\u00a0' : all.slice(2))).split(/(?<=\.) (?=[A-Z])/);
    const winner = verdict && study.models.find(model => model.name === verdict.winner);
    const toggle = h('button', {type: 'button', id: 'theme', onclick: () => {
      setTheme(document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark');
      redraws.forEach(each => each.redraw());
    }}, 'Light or dark');
    const facts = winner && ['select', 'id', 'shift'].map(role => figures.ofRole(study, role)).filter(Boolean).map(axis => {
      const each = value(winner, axis, study.metric);
      const bounds = axis.sets.length === 1 && interval(winner, axis.sets[0].name);
      const single = bestSingle();
      const set = axis.sets.length === 1 && axis.sets[0].name;
      return h('div', null,
        h('dt', null, plain(axis.label) + (axis.sets[0].role === 'select' ? ' (chosen on it)' : '')),
        h('dd', {class: 'big'}, number(each, study.metric) + (figures.isShare(study.metric) ? ' %' : '')),
        h('dd', {class: 'muted'},
          bounds ? '95 % interval ' + number(bounds.low, study.metric) + ' to ' + number(bounds.high, study.metric)
            : axis.sets.length > 1 ? 'mean of ' + axis.sets.length + ' sets' : 'no counts, so no interval',
          set && winner.correct[set] != null ? h('br') : null,
          set && winner.correct[set] != null ? winner.correct[set] + ' of ' + winner.n[set] : null,
          single && single !== winner ? [h('br'), signed(each - value(single, axis, study.metric), study.metric) + ' against ', name(single.name)] : null));
    });
    return h('header', null,
      h('div', {class: 'top'}, h('span', null, name(study.title), ' · ' + study.models.length + ' models, '
        + study.sets.length + (study.sets.length === 1 ? ' set' : ' sets')), toggle),
      h('div', {id: 'verdict'}, h('h1', {class: words[0].length > 130 ? 'long' : null}, words[0]), words.length > 1 ? h('p', {class: 'lead'}, words.slice(1).join(' ')) : null),
      facts && h('dl', {class: 'facts'}, facts),
      verdict && verdict.checkpoint && h('p', {class: 'note'}, 'Its checkpoint: ', h('code', null, plain(verdict.checkpoint))),
      verdict && verdict.command && h('div', {class: 'command'}, h('pre', {tabindex: 0, role: 'group', 'aria-label': 'The command that makes it again'}, plain(verdict.command)),
        h('button', {type: 'button', onclick: event => copy(verdict.command, event.target)}, 'Copy')));
  }
  function copy(text, button) {
    const done = () => { button.textContent = 'Copied'; };
    const select = () => {
      const range = document.createRange();
      range.selectNodeContents(button.parentElement.querySelector('pre'));
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      if (document.execCommand('copy')) done();
    };
    if (navigator.clipboard) navigator.clipboard.writeText(text).then(done, select);
    else select();
  }
  function bestSingle() {
    const select = figures.ofRole(study, 'select');
    const singles = select ? study.models.filter(model => model.kind === 'individual' && value(model, select, study.metric) != null) : [];
    const sign = study.higherIsBetter ? 1 : -1;
    return singles.reduce((best, model) => !best
      || sign * (value(model, select, study.metric) - value(best, select, study.metric)) > 0 ? model : best, null);
  }

  function mainFigure() {
    const all = figures.axes(study), usual = figures.usualAxes(study);
    if (all.length < 2) return null;
    return figure({
      id: 'scatter', title: 'In-distribution against shifts', height: 520,
      choices: [
        {key: 'x', label: 'across', options: all, value: usual.x},
        {key: 'y', label: 'up', options: all, value: usual.y},
        {key: 'metric', label: 'metric', options: figures.metrics(study).map(each => ({id: each, label: each})), value: study.metric}
      ],
      draw: (chosen, colours) => figures.scatter(study, chosen, colours),
      caption: (drawn, chosen) => {
        const outlined = study.verdict && study.verdict.winner ? ['The model to take is outlined. '] : [];
        const fit = drawn.fit
          ? ['What lies above the dashed line does better than the fine-tuned models of the same '
            + plain(figures.axis(study, chosen.x).label) + ' would lead one to expect; their correlation is '
            + drawn.fit.correlation.toFixed(3) + '.'] : [];
        return [...outlined, ...fit];
      },
      tip: (item, drawn, chosen) => {
        const model = study.models[item.data.model], above = drawn.above(model);
        return modelTip(model, chosen.metric, above == null ? [] : [['above the line', signed(above, chosen.metric)]]);
      }
    });
  }

  // The ranking.

  const colour = kind => figures[document.documentElement.dataset.theme === 'dark' ? 'dark' : 'light'][kind];
  function ranking() {
    const metrics = figures.metrics(study);
    const holder = h('div', {class: 'scroll ranking', tabindex: 0, role: 'region', 'aria-label': 'Ranking'});
    let metric = study.metric, by = null, down = true;
    const shift = figures.ofRole(study, 'shift'), id = figures.ofRole(study, 'id');
    const single = bestSingle();
    const marked = study.comparisons.filter(each => each.significant);
    const shownMetrics = () => metric === '*' ? metrics : [metric];
    const columns = () => [
      {id: 'name', label: 'model', text: true, of: model => model.name},
      ...(study.models.some(model => model.kind !== 'base' && model.kind !== 'individual' && model.recipe !== model.name)
        ? [{id: 'recipe', label: 'recipe', text: true, of: model => model.recipe}] : []),
      ...(study.models.some(model => Object.keys(model.ingredients).length)
        ? [{id: 'of', label: 'of', of: model => Object.keys(model.ingredients).length || null}] : []),
      ...shownMetrics().flatMap(each => [
        ...study.sets.map(set => ({id: each + ' ' + set.name, label: set.name, set: set.name, measure: set.name, metric: each,
          of: model => { const found = (model.metrics[set.name] || {})[each]; return found == null ? null : found; }})),
        ...(shift && shift.sets.length > 1 ? [{id: each + ' mean', label: 'mean of shifts', measure: 'mean of shifts', metric: each,
          of: model => value(model, shift, each)}] : [])])
    ];
    const usual = [id, shift, figures.ofRole(study, 'select')].filter(Boolean);
    function order(a, b) {
      const sign = figures.higher(study, metric === '*' ? study.metric : metric) ? -1 : 1;
      for (const axis of usual) {
        const key = metric === '*' ? study.metric : metric;
        const x = value(a, axis, key), y = value(b, axis, key);
        if (x !== y) return x == null ? 1 : y == null ? -1 : sign * (x - y);
      }
      return a.name < b.name ? -1 : 1;
    }
    function show() {
      const all = columns(), column = all.find(each => each.id === by);
      const models = study.models.slice().sort(order);
      if (column) {
        models.sort((a, b) => {
          const x = column.of(a), y = column.of(b);
          if (x == null || y == null) return (x == null) - (y == null);
          const sign = x < y ? -1 : x > y ? 1 : 0;
          return down ? -sign : sign;
        });
      }
      const best = Object.fromEntries(all.filter(each => each.metric).map(each => {
        const values = study.models.map(each.of).filter(found => found != null);
        return [each.id, (figures.higher(study, each.metric) ? Math.max : Math.min)(...values)];
      }));
      holder.replaceChildren(h('table', {id: 'ranking-table'},
        h('caption', {class: 'hidden'}, 'Every model on every set; the heads sort.'),
        h('thead', null,
          metric === '*' && h('tr', null, h('th', {colspan: all.filter(each => !each.metric).length}), metrics.map(each =>
            h('th', {class: 'group', scope: 'colgroup', colspan: all.filter(found => found.metric === each).length}, plain(each)))),
          h('tr', null, all.map(each => h('th', {
            scope: 'col', class: each.text ? 'text' : null,
            'aria-sort': by === each.id ? (down ? 'descending' : 'ascending') : null
          }, h('button', {type: 'button', 'data-column': each.id, onclick: () => {
            down = by === each.id ? !down : !each.text;
            by = each.id;
            show();
            [...holder.querySelectorAll('button')].find(button => button.dataset.column === by).focus();
          }}, short(each.label, 24)))))),
        h('tbody', null, models.map(model => h('tr', {
          class: study.verdict && study.verdict.winner === model.name ? 'winner' : null
        }, all.map(each => cell(model, each, best)))))));
    }
    function cell(model, column, best) {
      if (column.id === 'name') {
        const dot = h('span', {class: 'dot', 'aria-hidden': 'true'});
        dot.style.background = colour(model.kind);
        return h('td', {class: 'name', role: 'rowheader'}, dot, name(model.name));
      }
      if (column.id === 'recipe') return h('td', {class: 'text'}, name(model.recipe));
      const found = column.of(model);
      if (!column.metric) return h('td', null, found == null ? '–' : String(found));
      const correct = column.set && column.metric === 'accuracy' ? model.correct[column.set] : null;
      const test = column.metric === study.metric
        && study.comparisons.find(each => each.significant && each.model === model.name && each.measure === column.measure);
      const better = test && test.gain > 0;
      return h('td', {class: found != null && found === best[column.id] ? 'best' : null},
        number(found, column.metric),
        test ? h('span', {class: better ? 'mark' : 'mark worse', title: plain(test.test) + ', p = ' + numbers(test.p)
          + ', against ' + plain(test.against)}, better ? ' ▲' : ' ▼',
          h('span', {class: 'hidden'}, (better ? 'better than ' : 'worse than ') + plain(test.against) + ', ' + plain(test.test))) : null,
        correct != null ? h('span', {class: 'count'}, '(' + correct + ')') : null);
    }
    show();
    redraws.push({first: () => {}, redraw: show, resize: () => {}});
    const counts = study.sets.map(set => {
      const all = new Set(study.models.map(model => model.n[set.name]).filter(each => each != null));
      return all.size === 1 ? plain(set.name) + ' ' + [...all][0] : null;
    }).filter(Boolean);
    const tools = h('div', {class: 'tools'},
      metrics.length > 1 && h('label', null, 'metric', h('select', {id: 'ranking-metric', onchange: event => {
        metric = event.target.value;
        by = null;
        show();
      }}, metrics.map(each => h('option', {value: each, selected: each === metric}, plain(each))),
      h('option', {value: '*'}, 'all'))),
      h('button', {type: 'button', onclick: () => {
        const keys = metrics.flatMap(each => study.sets.map(set => [set.name, each]));
        save('ranking.csv', 'text/csv', csv(
          ['name', 'recipe', 'ingredients', ...keys.map(key => key.join(' ')), ...study.sets.map(set => set.name + ' n')],
          study.models.slice().sort(order).map(model => [model.name, model.recipe, Object.keys(model.ingredients).length,
            ...keys.map(([set, each]) => (model.metrics[set] || {})[each]), ...study.sets.map(set => model.n[set.name])])));
      }}, 'CSV'));
    const declared = study.comparisons.find(each => each.test.endsWith(', Holm'));
    const tests = [...new Set(marked.map(each => each.test))];
    return [
      h('div', {class: 'head'}, h('p', {class: 'note'},
        'By ' + (usual.map(axis => plain(axis.label)).join(', then ') || plain(study.metric)) + '; '
        + (figures.isShare(study.metric) ? plain(study.metric) + ' in percent' : plain(study.metric))
        + (counts.length ? '; examples: ' + counts.join(', ') : '') + '. The best of each column is bold.'
        + (tests.length ? ' ▲ better, ▼ worse than ' + plain(marked[0].against) + ' by more than noise: ' + tests.map(plain).join('; ') + '.'
          : declared ? ' None differs from ' + plain(declared.against) + ' on ' + plain(declared.measure) + ' by more than noise (' + plain(declared.test) + ').'
            : single && !study.comparisons.length ? ' Differences are not tested: statistics.json is not there.' : '')), tools),
      holder];
  }
  function comparisons() {
    if (!study.comparisons.length) return null;
    const points = each => each == null ? null : signed(each, study.metric);
    return h('details', null, h('summary', null, 'All comparisons'), h('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'All comparisons'},
      plainTable(['model', 'measure', 'gain', 'from', 'to', 'p', 'test', 'more than noise', 'smallest gain that shows', 'selection optimism'],
        study.comparisons.map(each => [each.model, each.measure,
          ...[each.gain, each.low, each.high].map(points),
          each.p, each.test, each.significant ? 'yes' : 'no', points(each.smallestGain), points(each.optimism)]))),
      h('p', {class: 'note'}, 'Gains are those over ' + plain(study.comparisons[0].against) + ', with 95 % intervals; '
        + 'selection optimism is what of the gain on the held-out set is not there on the report set.'));
  }

  function traces() {
    return study.traces.filter(search => search.kept.length).map(search => figure({
      id: 'trace-' + search.recipe, title: plain(search.recipe), height: 380,
      draw: (_, colours) => figures.trace(study, search, colours),
      caption: () => 'Candidates in the order tried; ' + search.kept.length + ' in the end: '
        + search.kept.map(each => short(each, 24)).join(', ') + '.',
      tip: (item, drawn) => {
        const step = drawn.steps[item.data.step];
        return [step.candidate,
          ['score with it', step.score == null ? 'given up: at most ' + number(step.bound, study.metric) : number(step.score, study.metric)],
          ['best so far', number(drawn.bests[item.data.step], study.metric)],
          ['', step.accepted ? 'kept' : 'not kept']];
      }
    }));
  }

  const cells = (map, digits, unit) => item => {
    const [column, row, each] = item.value;
    return [map().rows[row] + ' × ' + map().columns[column], [unit, each.toFixed(digits)]];
  };
  const tall = map => 110 + map.rows.length * (map.rows.length > 60 ? 8 : map.rows.length > 20 ? 15 : 26);

  function ingredients() {
    const found = [];
    if (study.findings.length) {
      found.push(h('ul', {class: 'findings'}, study.findings.map(each =>
        h('li', null, h('b', null, plain(each.name)), ' – ', plain(each.message)))));
    }
    if (study.angles) {
      const odd = new Set(study.findings.flatMap(each => each.models));
      const mark = map => Object.assign({}, map, {
        rows: map.rows.map(each => odd.has(each) ? '⚠ ' + each : each)});
      const layers = [{id: '', label: 'whole model'}, ...(study.layerAngles || []).map((each, i) => ({id: String(i), label: each.of}))];
      const of = layer => layer === '' ? study.angles
        : figures.unpacked(study.angles.rows, study.layerAngles[Number(layer)].packed);
      let now;
      found.push(figure({
        id: 'angles', title: 'Angles between the task vectors', height: tall(study.angles),
        choices: [{key: 'layer', label: 'layer', options: layers, value: ''}],
        draw: (chosen, colours) => {
          now = of(chosen.layer);
          return figures.heatmap(mark(now), {name: 'degrees', x: '', y: '', from: 0}, colours);
        },
        caption: (_, chosen) => (chosen.layer === '' ? '' : plain(study.layerAngles[Number(chosen.layer)].of) + '. ') + 'Degrees between what fine-tuning changed in one model and in another. Small: the same direction; 90: nothing in common.'
          + (odd.size ? ' ⚠ marks what the notes above are about.' : ''),
        tip: cells(() => now, 1, 'degrees')
      }));
    }
    if (study.norms) {
      found.push(figure({
        id: 'norms', title: 'Lengths of the task vectors, by layer', height: tall(study.norms),
        draw: (_, colours) => {
          // Layers differ in size: what matters is who stands out in one.
          const relative = study.norms.values.map(row => {
            const mean = row.reduce((sum, each) => sum + each, 0) / row.length;
            return row.map(each => mean ? each / mean : null);
          });
          const drawn = figures.heatmap(Object.assign({}, study.norms, {values: relative}),
            {name: '× mean', x: '', y: '', from: 0}, colours);
          return Object.assign(drawn, {rows: study.norms.rows.map((row, r) => [row, ...study.norms.values[r]])});
        },
        caption: () => 'How far fine-tuning moved each model from the base, by colour in proportion to the mean of the row;'
          + ' the first row is the whole model.',
        tip: item => {
          const [column, row, ratio] = item.value;
          return [study.norms.rows[row] + ' × ' + study.norms.columns[column],
            ['norm', study.norms.values[row][column].toFixed(4)], ['of the row’s mean', ratio.toFixed(2) + ' ×']];
        }
      }));
    }
    const names = [...new Set(study.models.flatMap(model => model.kind === 'individual' ? Object.keys(model.hyperparameters) : []))]
      .filter(each => new Set(study.models.map(model => JSON.stringify(model.hyperparameters[each]))).size > 1);
    if (names.length) {
      const all = figures.axes(study);
      found.push(figure({
        id: 'hyperparameters', title: 'Hyperparameters against score', height: 360,
        choices: [
          {key: 'name', label: 'hyperparameter', options: names.map(each => ({id: each, label: each})), value: names.includes('lr') ? 'lr' : names[0]},
          {key: 'y', label: 'score', options: all, value: (figures.ofRole(study, 'id') || all[0]).id}],
        draw: (chosen, colours) => figures.hyperparameter(study, chosen, colours),
        tip: item => modelTip(study.models[item.data.model], study.metric)
      }));
    }
    return found;
  }

  function layers() {
    const found = study.coefficients.map(map => figure({
      id: 'coefficients-' + map.of, title: 'Coefficients: ' + plain(map.of), height: tall(map),
      draw: (_, colours) => figures.heatmap(map, {name: 'α', x: '', y: ''}, colours),
      caption: () => 'How much of each ingredient (across) each layer (down) takes.',
      tip: cells(() => map, 4, 'α')
    }));
    if (study.stock.length) {
      found.push(figure({
        id: 'stock', title: 'Model Stock by layer', height: 460,
        draw: (_, colours) => figures.stock(study, colours),
        caption: () => 't = 1 takes the mean of the ingredients, t = 0 the base; the nearer the task vectors’ directions, the larger t.',
        tip: item => {
          const layer = study.stock[item.data.layer];
          return [layer.name, ['t', layer.t.toFixed(4)],
            ...(layer.cosine == null ? [] : [['mean cosine', layer.cosine.toFixed(4)]]),
            ...(layer.norm == null ? [] : [['mean norm', layer.norm.toFixed(4)]])];
        }
      }));
    }
    return found;
  }

  function between() {
    const found = [];
    const key = each => ({id: each, label: each});
    study.curves.forEach((along, i) => {
      const keys = Object.keys(along.values);
      found.push(figure({
        id: 'curve-' + i, title: 'From ' + short(along.from) + ' to ' + short(along.to), height: 380,
        choices: [{key: 'of', label: 'set and metric', options: keys.map(key), value: keys[0]}],
        draw: (chosen, colours) => figures.curve(along, chosen.of, colours),
        caption: drawn => {
          const up = figures.higher(study, drawn.metric), sign = up ? 1 : -1;
          const worst = Math.min(...drawn.gain.map(each => sign * each)), best = Math.max(...drawn.gain.map(each => sign * each));
          return 'Against the straight line between the two ends: at best ' + signed(best, drawn.metric)
            + ', at worst ' + signed(worst, drawn.metric) + (worst < 0 ? ' (the barrier).' : ': there is no barrier.');
        },
        tip: (item, drawn) => [item.name || 'α = ' + item.value[0], [drawn.metric, figures.isShare(drawn.metric)
          ? item.value[1].toFixed(2) : item.value[1].toFixed(4)]]
      }));
    });
    study.landscapes.forEach((plane, i) => {
      const keys = Object.keys(plane.values);
      found.push(figure({
        id: 'landscape-' + i, title: 'The plane through ' + plane.points.map(point => short(point.name)).join(', '), height: 520,
        choices: [{key: 'of', label: 'set and metric', options: keys.map(key), value: keys[0]}],
        draw: (chosen, colours) => figures.landscape(plane, chosen.of, colours),
        caption: (_, chosen) => plain(chosen.of) + '. Every point is a model; distances are those between weights. Lines join equal values.',
        tip: item => item.seriesId === 'points' ? [item.name, ['at', item.value.map(each => each.toFixed(3)).join(', ')]]
          : [item.value.slice(0, 2).map(each => each.toFixed(3)).join(', '), ['', numbers(item.value[2])]]
      }));
    });
    const preferred = sets => sets.find(each => study.sets.some(set => set.name === each && set.role === 'id')) || sets[0];
    const on = chosen => chosen.set ? ', on ' + plain(chosen.set) : '';
    const correlated = drawn => drawn.correlation == null ? '.' : '; correlation ' + drawn.correlation.toFixed(3) + '.';
    if (study.approximation && study.approximation.length) {
      const sets = [...new Set(study.approximation.map(pair => pair.set || ''))];
      const withErrors = study.approximation.some(pair => pair.error != null);
      found.push(figure({
        id: 'approximation', title: 'Soup against ensemble', height: 420,
        choices: [
          {key: 'set', label: 'set', options: sets.map(key), value: preferred(sets)},
          {key: 'of', label: 'measured', value: 'loss',
            options: [{id: 'loss', label: 'loss'}, ...(withErrors ? [{id: 'error', label: 'share of errors'}] : [])]}],
        draw: (chosen, colours) => figures.approximation(study.approximation, chosen, colours),
        caption: (drawn, chosen) => 'How much more a soup of two loses than their ensemble, approximated from curvature and'
          + ' disagreement, against what was measured' + on(chosen) + correlated(drawn),
        tip: item => {
          const pair = study.approximation[item.data.pair];
          return [item.name, ...(pair.alpha == null ? [] : [['α', numbers(pair.alpha)]]),
            ['measured', pair.measured.toPrecision(4)], ['approximated', pair.approximated.toPrecision(4)],
            ...(pair.error == null ? [] : [['errors', signed(pair.error, 'accuracy')]])];
        }
      }));
    }
    if (study.advantage && study.advantage.pairs.length) {
      const sets = [...new Set(study.advantage.pairs.map(pair => pair.set))];
      found.push(figure({
        id: 'advantage', title: 'Half way between two models', height: 420,
        choices: [{key: 'set', label: 'set', options: sets.map(key), value: preferred(sets)}],
        draw: (chosen, colours) => figures.advantage(study.advantage, chosen.set, colours),
        caption: (drawn, chosen) => 'How much better the model half way between two is than the mean of the two, against the angle between'
          + ' what fine-tuning changed in them' + on(chosen) + correlated(drawn),
        tip: item => {
          const pair = study.advantage.pairs[item.data.pair];
          return [item.name, ['angle', pair.angle.toFixed(1) + '°'], ['advantage', signed(pair.advantage, study.advantage.metric)]];
        }
      }));
    }
    return found;
  }

  function provenance() {
    const from = study.provenance;
    if (!from) return null;
    const own = ['stockpot', 'java', 'seed'];
    const libraries = Object.entries(from.facts).filter(([key]) => !own.includes(key));
    const pairs = entries => h('dl', {class: 'pairs'}, entries.flatMap(([key, text]) =>
      [h('dt', null, plain(key)), h('dd', null, h('bdi', null, plain(text)))]));
    const files = (title, map) => Object.keys(map).length ? h('details', null,
      h('summary', null, title + ' (' + Object.keys(map).length + ') with SHA-256'),
      h('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': title}, h('table', null, h('tbody', null, Object.entries(map).map(([file, hash]) =>
        h('tr', null, h('td', {class: 'text'}, name(file)), h('td', {class: 'hash text'}, plain(hash)))))))) : null;
    return [
      pairs([
        ['command', 'stockpot ' + from.command.join(' ')],
        ...Object.entries(from.facts).filter(([key]) => own.includes(key)),
        ...Object.entries(from.seconds).map(([phase, seconds]) => [phase, seconds.toFixed(2) + ' s'])]),
      from.notes.length ? h('ul', {class: 'findings'}, from.notes.map(each => h('li', null, plain(each)))) : null,
      libraries.length ? h('details', null, h('summary', null, 'Libraries (' + libraries.length + ')'), pairs(libraries)) : null,
      files('Inputs', from.inputs), files('Outputs', from.outputs)];
  }

  function leftOut() {
    const absent = [
      [!study.traces.length, 'the trace of a greedy search (RECIPE/trace.json)'],
      [!study.angles, 'angles and norms of the ingredients (geometry.json)'],
      [!study.models.some(model => Object.keys(model.hyperparameters).length), 'hyperparameters (hyperparameters.json)'],
      [!study.coefficients.length, 'coefficients of a learned soup (RECIPE/coefficients.json)'],
      [!study.stock.length, 'Model Stock by layer (stock/stock.json)'],
      [!study.curves.length, 'interpolation (interpolation.json; stockpot interpolate)'],
      [!study.landscapes.length, 'the landscape (landscape.json; stockpot landscape)'],
      [!study.approximation, 'soup against ensemble (approximation.json; stockpot pairs)'],
      [!study.advantage, 'models half way between two (advantage.json; stockpot pairs --base)'],
      [!study.comparisons.length, 'tests of significance (statistics.json)'],
      [!study.provenance, 'provenance (manifest.json)']
    ].filter(([missing]) => missing).map(([, what]) => what);
    return [
      study.warnings.length ? h('ul', {class: 'findings'}, study.warnings.map(each => h('li', null, plain(each)))) : null,
      absent.length ? h('p', {class: 'note', id: 'left-out'}, 'Not shown, for the data is not there: ' + absent.join('; ') + '.') : null];
  }

  // Light, dark, paper.

  function setTheme(wanted) {
    document.documentElement.dataset.theme = wanted;
    theme = figures[wanted];
  }
  const darkness = matchMedia('(prefers-color-scheme: dark)');
  setTheme(darkness.matches ? 'dark' : 'light');
  darkness.addEventListener('change', () => {
    setTheme(darkness.matches ? 'dark' : 'light');
    redraws.forEach(each => each.redraw());
  });
  let before = null;
  addEventListener('beforeprint', () => {
    before = document.documentElement.dataset.theme;
    printing = true;
    setTheme('light');
    redraws.forEach(each => each.first());
    redraws.forEach(each => each.redraw());
  });
  addEventListener('afterprint', () => {
    printing = false;
    setTheme(before);
    redraws.forEach(each => each.redraw());
  });
  let resizing = 0;
  addEventListener('resize', () => {
    cancelAnimationFrame(resizing);
    resizing = requestAnimationFrame(() => redraws.forEach(each => each.resize()));
  });

  section('results', 'Results', mainFigure());
  section('ranking', 'Ranking', study.models.length > 1 || study.sets.length ? ranking() : null, comparisons());
  section('search', 'Searches', traces());
  section('ingredients', 'Ingredients', ingredients());
  section('layers', 'Layer by layer', layers());
  section('between', 'Between models', between());
  section('provenance', 'Provenance', provenance());
  section('more', 'What is left out', leftOut());
  document.getElementById('page').append(head(),
    h('nav', {'aria-label': 'Sections'}, h('ul', null, sections.map(each =>
      h('li', null, h('a', {href: '#' + each.id}, each.title))))),
    h('main', {id: 'content', tabindex: -1}, sections.map(each => each.element)));
  // For tests and the curious: milliseconds until what is in the window was drawn.
  window.stockpot = {study, charts, draw: () => redraws.forEach(each => each.first())};
  requestAnimationFrame(() => setTimeout(() => { window.stockpot.drawnMillis = performance.now(); }));
})();
