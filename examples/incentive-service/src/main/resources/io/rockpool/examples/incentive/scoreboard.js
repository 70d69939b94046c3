// Keeps the scoreboard fresh: asks /data every 5 s and rewrites what changed. Without it the page is still complete.
'use strict';
(() => {
  const EVERY_MS = 5000;
  const money = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' });
  const byId = (id) => document.getElementById(id);
  let shown = '';

  const cell = (tag, text, number) => {
    const element = document.createElement(tag);
    element.textContent = text;
    if (number) element.className = 'number';
    if (tag === 'th') element.scope = 'row';
    return element;
  };

  const row = (employee) => {
    const line = document.createElement('tr');
    line.append(
      cell('td', employee.rank, true),
      cell('th', employee.name),
      cell('td', employee.role),
      cell('td', employee.score, true),
      cell('td', money.format(employee.share_cents / 100), true));
    return line;
  };

  const show = (data) => {
    byId('standings').replaceChildren(...data.employees.map(row));
    byId('pot').textContent = money.format(data.pot.cents / 100);
    byId('voting').textContent =
      data.voting.open ? `Voting is open: ${data.voting.votes} votes so far.` : 'Voting is closed.';
  };

  const say = (text) => {
    if (byId('freshness').textContent !== text) byId('freshness').textContent = text;
  };

  const refresh = async () => {
    try {
      if (!document.hidden) {
        const answer = await fetch('/data', { cache: 'no-store' });
        if (!answer.ok) throw new Error(`status ${answer.status}`);
        const text = await answer.text();
        if (text !== shown) {
          show(JSON.parse(text));
          shown = text;
        }
        say('');
      }
    } catch {
      say('The service does not answer; these are the last known scores. Trying again every 5 seconds.');
    }
    setTimeout(refresh, EVERY_MS);
  };

  setTimeout(refresh, EVERY_MS);
})();
