import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BoltClient } from '../support/bolt-client.js';
import { boltResponse } from '../support/bolt-frames.js';
import { echo, type ScriptedUpstream, startUpstream } from '../support/scripted-upstream.js';
import { type Sidecar, startSidecar } from '../support/sidecar.js';

/** A service name that is markup: it has to be shown, not obeyed. */
const HOSTILE = '<img src=x onerror="document.title=1">';

let browser: Browser;
let upstream: ScriptedUpstream;
let sidecar: Sidecar;
let caller: BoltClient;
let traffic: NodeJS.Timeout;
let id = 0;
/** A port that nobody listens on. */
let deadPort: number;

beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  upstream = await startUpstream((frame, peer) => {
    if (frame.body.toString() === 'fail') peer.socket.write(boltResponse(frame.id, 1, frame.body));
    else echo(frame, peer);
  });
  const gone = await startUpstream();
  deadPort = gone.port;
  await gone.kill();
  sidecar = await startSidecar({
    upstreams: [upstream.port, deadPort],
    match: "{ service: { regex: '[a-z.]+' } }",
  });
  caller = await BoltClient.open(sidecar.port);
  traffic = setInterval(() => {
    for (let i = 0; i < 10; i++) caller.send(++id, 'hello', {}, 'com.demo.echo');
  }, 50);
});

afterAll(async () => {
  clearInterval(traffic);
  caller?.socket.destroy();
  await browser?.close();
  await sidecar?.stop();
  await upstream?.kill();
});

/** What the page must not do, noted while a test runs. */
let complaints: string[];
let foreign: string[];
beforeEach(() => {
  complaints = [];
  foreign = [];
});

async function open(options: { dark?: boolean; width?: number } = {}): Promise<Page> {
  const page = await browser.newPage({
    colorScheme: options.dark === true ? 'dark' : 'light',
    viewport: { width: options.width ?? 1_280, height: 900 },
  });
  const origin = `http://127.0.0.1:${sidecar.adminPort}`;
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(`${origin}/`) && !request.url().startsWith('data:')) {
      foreign.push(request.url());
    }
  });
  await page.goto(`${origin}/`);
  await page.getByRole('status').getByText('ready').waitFor();
  return page;
}

/** Waits until `condition` holds in the page, given by its text. */
async function textOf(page: Page, selector: string, wanted: RegExp): Promise<string> {
  const found = page.locator(selector).filter({ hasText: wanted }).first();
  await found.waitFor({ timeout: 15_000 });
  return (await found.textContent()) ?? '';
}

describe('the live page', () => {
  test('shows listeners, rates and latency as they are', async () => {
    const page = await open();
    const card = page
      .locator('#listeners article')
      .filter({ has: page.getByRole('heading', { name: 'test' }) });
    await expect.poll(() => card.textContent()).toContain(`127.0.0.1:${sidecar.port} · bolt`);
    // About 200 requests a second are sent; the machine may be busy.
    await expect
      .poll(async () => Number(await page.locator('#rate').textContent()), { timeout: 15_000 })
      .toBeGreaterThan(20);
    expect(Number(await page.locator('#rate').textContent())).toBeLessThan(2_000);
    await textOf(page, '#listeners .key-p99 .value', /\d m?s$/);
    // A line is drawn through at least two points.
    const line = card.locator('path.line-requests');
    await expect
      .poll(async () => (await line.getAttribute('d'))?.match(/L/g)?.length ?? 0, { timeout: 15_000 })
      .toBeGreaterThan(1);
    const spoken = await card
      .getByRole('img', { name: /^Requests a second, last two minutes; now requests \d/ })
      .count();
    expect(spoken).toBe(1);
    expect([complaints, foreign]).toEqual([[], []]);
    await page.close();
  });

  test('shows clusters with the health of their hosts', async () => {
    const page = await open();
    const row = (port: number) =>
      page
        .getByRole('row')
        .filter({ hasText: `127.0.0.1:${port}` })
        .first();
    await expect.poll(() => row(upstream.port).locator('.badge').textContent()).toBe('available');
    await expect
      .poll(() => row(deadPort).locator('.badge').textContent(), { timeout: 15_000 })
      .toBe('backing off');
    expect(await textOf(page, '#clusters .facts', /1 of 2 hosts available/)).toContain('round robin');
    await expect.poll(() => page.locator('#hosts').textContent()).toBe('1 of 2 up');
    await page.close();
  });

  test('shows recent errors, and markup in them as text', async () => {
    const page = await open();
    caller.send(++id, 'x', {}, HOSTILE);
    caller.send(++id, 'fail', {}, 'com.demo.echo');
    const errors = page.getByRole('table', { name: /Recent errors/ });
    await errors.getByRole('row').filter({ hasText: 'no_route' }).first().waitFor();
    const row = errors.getByRole('row').filter({ hasText: HOSTILE }).first();
    await row.waitFor();
    expect(await row.textContent()).toContain('NO_ROUTE');
    const failed = errors.getByRole('row').filter({ hasText: 'the host replied with status 1' }).first();
    await failed.waitFor();
    expect(await failed.textContent()).toContain(`127.0.0.1:${upstream.port}`);
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.title()).toBe('Proto-Frame sidecar');
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('works with the keyboard: pause, and the filter', async () => {
    const page = await open();
    await page.getByRole('heading', { name: 'echo', exact: true }).waitFor();
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').textContent()).toBe('Pause');
    await page.keyboard.press('Space');
    await page.getByRole('status').getByText('paused').waitFor();
    expect(await page.getByRole('button', { name: 'Pause' }).getAttribute('aria-pressed')).toBe('true');
    await page.keyboard.press('Space');
    await page.getByRole('status').getByText('ready').waitFor();
    await page.getByLabel('Filter by name or address').fill('no such cluster');
    await expect.poll(() => page.locator('#clusters article').count()).toBe(0);
    await page.getByLabel('Filter by name or address').fill(String(upstream.port));
    await expect.poll(() => page.locator('#clusters article').count()).toBe(1);
    await page.close();
  });

  test.each([{ dark: false }, { dark: true }])(
    'can be read: contrast, names, order of headings (%j)',
    async (mode) => {
      const page = await open(mode);
      await textOf(page, '#listeners .key-p99 .value', /\d m?s$/);
      await page.getByRole('table', { name: 'Hosts of echo' }).waitFor();
      // WCAG 2 AA wants 4.5 for text of this size.
      expect(await page.evaluate(lowContrast)).toEqual([]);
      const back = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
      const [red] = /\d+/.exec(back) ?? ['-1'];
      expect(Number(red) < 128).toBe(mode.dark);
      const levels = await page.evaluate<number[]>(
        "[...document.querySelectorAll('h1,h2,h3')].map((heading) => Number(heading.tagName[1]))",
      );
      expect(levels[0]).toBe(1);
      levels.forEach((level, i) => expect(level - (levels[i - 1] ?? level)).toBeLessThanOrEqual(1));
      for (const image of await page.getByRole('img').all()) {
        expect(await image.getAttribute('aria-label')).toMatch(/now/);
      }
      await page.close();
    },
  );

  test('fits a narrow window: only tables scroll sideways', async () => {
    const page = await open({ width: 360 });
    await page.getByRole('table', { name: 'Hosts of echo' }).waitFor();
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    await page.close();
  });

  test('looking changes no counter of the traffic, and asks once a second', async () => {
    const asked: string[] = [];
    const page = await open();
    page.on('request', (request) => asked.push(request.method()));
    await page.waitForTimeout(3_500);
    expect(asked.length).toBeGreaterThanOrEqual(1);
    expect(asked.length).toBeLessThanOrEqual(5);
    expect(new Set(asked)).toEqual(new Set(['GET']));
    await page.close();
  });

  test('says that the sidecar is gone', async () => {
    const page = await open();
    await page.route('**/stats', (route) => route.abort());
    await page.getByRole('status').getByText('unreachable').waitFor();
    await page.close();
  });
});

/** Text in the page whose contrast with what is behind it is below 4.5. Runs in the page, as text. */
const lowContrast = `(() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const luminance = (rgb) => {
    const [r, g, b] = rgb.slice(0, 3).map((c) => c / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const back = channels(getComputedStyle(at).backgroundColor);
      if (back.length === 3 || back[3] === 1) return back;
    }
    return [255, 255, 255];
  };
  const found = new Set();
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== '');
    if (!own || element.closest('noscript') !== null) continue;
    const [a, b] = [luminance(channels(getComputedStyle(element).color)), luminance(behind(element))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) found.add(element.tagName + '.' + element.className + ' ' + element.textContent.trim().slice(0, 40));
  }
  return [...found];
})()`;
