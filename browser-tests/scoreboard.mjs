// The demo in a real browser: scoreboard, live refresh, a manager's changes, a vote; then a second start on the same
// data. Run by ./rockpool test; alone: CHROMIUM=$(command -v chromium) node browser-tests/scoreboard.mjs
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const here = path.dirname(fileURLToPath(import.meta.url));
const launcher = path.join(here, '..', 'rockpool');
const screenshot = path.join(here, 'target', 'scoreboard.png');
const scratch = mkdtempSync(path.join(tmpdir(), 'rockpool-browser-'));
const database = path.join(scratch, 'incentive.db');

// No calls home, and nothing that needs a display, a GPU or a sandbox of its own.
const CHROMIUM_FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];
const START_MS = 300_000; // may build first
const REFRESH_MS = 30_000; // the page asks every 5 s

let demo; // the process that runs now, ended whatever happens

/** Starts the demo on a free port; resolves when it has said where it is and how to sign in. */
const startDemo = async () => {
  const environment = { ...process.env };
  delete environment.ROCKPOOL_ADMIN_TOKEN;
  demo = spawn(launcher, ['demo', '--port', '0', '--db', database], {
    env: environment, stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  demo.stdout.setEncoding('utf8');
  const started = new Promise((resolve, reject) => {
    const giveUp = () => reject(new Error(`the demo is not up after ${START_MS} ms; it said:\n${said}`));
    const late = setTimeout(giveUp, START_MS);
    demo.stdout.on('data', (text) => {
      said += text;
      if (/admin token.*\n/.test(said)) {
        clearTimeout(late);
        resolve();
      }
    });
    demo.on('exit', (code) => {
      clearTimeout(late);
      reject(new Error(`the demo ended with exit code ${code}; it said:\n${said}`));
    });
  });
  await started;
  return {
    url: /^scoreboard: (\S+)$/m.exec(said)[1],
    token: /^admin token: (\S+)$/m.exec(said)?.[1],
  };
};

const stopDemo = async () => {
  const ended = once(demo, 'exit');
  demo.kill('SIGTERM');
  const [code] = await ended;
  assert.equal(code, 143, 'the demo ends with 143 after SIGTERM');
};

const step = async (what, work) => {
  const result = await work();
  console.log(`  ok  ${what}`);
  return result;
};

const dataOf = async (url) => (await fetch(`${url}data`)).json();
const scoreOf = async (url, name) => (await dataOf(url)).employees.find((employee) => employee.name === name).score;
const stats = (url, token) =>
  fetch(`${url}admin/connection_pool_stats`, token ? { headers: { Authorization: `Bearer ${token}` } } : {});

/** A page that notes everything a user's browser would complain about. */
const watchedPage = async (context, complaints) => {
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`script: ${error}`));
  page.on('requestfailed', (request) => complaints.push(`request: ${request.url()} ${request.failure()?.errorText}`));
  page.on('request', (request) => {
    if (new URL(request.url()).hostname !== 'localhost') complaints.push(`from elsewhere: ${request.url()}`);
  });
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  return page;
};

const scoreCell = (page, name) =>
  page.locator('#standings tr', { has: page.getByRole('rowheader', { name, exact: true }) }).locator('td').nth(2);

const signIn = async (page, url, token) => {
  await page.goto(`${url}manage`);
  await page.getByLabel('Admin token').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { level: 1, name: 'Manage' }).waitFor();
};

const done = (page, text) => page.getByRole('status').filter({ hasText: text }).waitFor();

const checkScoreboard = async (page, url) => {
  const data = await dataOf(url);
  await page.goto(url);
  assert.equal(await page.title(), data.title);
  assert.equal(await page.getByRole('heading', { level: 1 }).innerText(), data.title);
  assert.ok(data.employees.length > 0, 'there is sample data');
  const shown = await page.locator('#standings tr').evaluateAll((rows) =>
    rows.map((row) => [row.cells[1].textContent, Number(row.cells[3].textContent)]));
  assert.deepEqual(shown, data.employees.map((employee) => [employee.name, employee.score]));
  await page.screenshot({ path: screenshot, fullPage: true });
};

/** A manager's change appears in a page that no one reloads; returns who was changed. */
const checkLiveRefresh = async (scoreboard, manager, url) => {
  const { name, score } = (await dataOf(url)).employees[0];
  await scoreboard.evaluate(() => { window.notReloaded = true; });
  await manager.getByLabel('Employee', { exact: true }).selectOption({ label: name });
  await manager.getByLabel(/^Points, from/).fill('7');
  await manager.getByLabel('Reason').fill('the browser check');
  await manager.getByRole('button', { name: 'Adjust points' }).click();
  await done(manager, 'The points are adjusted.');
  await scoreCell(scoreboard, name).filter({ hasText: new RegExp(`^${score + 7}$`) }).waitFor({ timeout: REFRESH_MS });
  assert.equal(await scoreboard.evaluate(() => window.notReloaded), true, 'the page was not loaded again');
  return { name, score: score + 7 };
};

/** Started, voted and closed by clicks; one vote is worth the points of the settings. */
const checkVoting = async (manager, voterPage, url) => {
  const [target, voter] = (await dataOf(url)).employees;
  const row = manager.getByRole('row', { name: voter.name }).first();
  const code = await row.locator('td').first().innerText();
  const worth = Number(await manager.getByLabel('Points per vote').inputValue());

  await manager.getByRole('button', { name: 'Start voting' }).click();
  await done(manager, 'Voting has started.');
  await voterPage.goto(`${url}vote`);
  await voterPage.getByLabel('Your code').fill(code);
  await voterPage.getByLabel('Colleague').selectOption({ label: target.name });
  await voterPage.getByLabel('+1', { exact: true }).check();
  await voterPage.getByRole('button', { name: 'Vote', exact: true }).click();
  await done(voterPage, 'Your vote is counted.');
  await manager.getByRole('button', { name: /^Close voting/ }).click();
  await done(manager, 'Voting is closed and the votes are applied.');
  assert.equal(await scoreOf(url, target.name), target.score + worth);
  return { name: target.name, score: target.score + worth };
};

const checkStats = async (url, token) => {
  assert.equal((await stats(url)).status, 401);
  const answer = await stats(url, token);
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get('content-type'), /^application\/json/);
  assert.equal(typeof (await answer.json()), 'object');
};

const main = async () => {
  const first = await startDemo();
  assert.ok(first.token, 'the first start shows the token');
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: CHROMIUM_FLAGS });
  let changed;
  try {
    const complaints = [];
    const visitors = await browser.newContext();
    const managers = await browser.newContext();
    const scoreboard = await watchedPage(visitors, complaints);
    const voter = await watchedPage(visitors, complaints);
    const manager = await watchedPage(managers, complaints);

    await step('title, heading and every score as in /data', () => checkScoreboard(scoreboard, first.url));
    await step('a manager signs in with the token', () => signIn(manager, first.url, first.token));
    await step('a changed score appears without a reload', () => checkLiveRefresh(scoreboard, manager, first.url));
    changed = await step('a vote is started, cast, closed and counted', () => checkVoting(manager, voter, first.url));
    await step('pool statistics: 401 without the token, 200 with it', () => checkStats(first.url, first.token));
    await step('no console error, CSP violation, failed request or foreign host', () =>
      assert.deepEqual(complaints, []));
  } finally {
    await browser.close();
  }
  await step('it stops on SIGTERM', stopDemo);

  const second = await startDemo();
  await step('a second start keeps the data and the token, and does not show it', async () => {
    assert.equal(second.token, undefined);
    assert.equal(await scoreOf(second.url, changed.name), changed.score);
    await checkStats(second.url, first.token);
  });
  await stopDemo();
};

try {
  await main();
  console.log(`browser check: passed; screenshot in ${path.relative(process.cwd(), screenshot)}`);
} catch (failure) {
  console.error('browser check: FAILED');
  console.error(failure);
  process.exitCode = 1;
} finally {
  if (demo && demo.exitCode === null && demo.signalCode === null) demo.kill('SIGTERM');
  rmSync(scratch, { recursive: true, force: true });
}
