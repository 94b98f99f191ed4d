// Usage: node browser.mjs PAGES MODULES SCREENSHOTS
//
// Looks at each page of the directory PAGES in headless Chromium, as a reader would: wide and narrow,
// light and dark, with and without JavaScript, on paper. Fails when there is a message on the console, a
// request to anywhere, something that axe-core finds, a page wider than the window, or a filter that
// does not filter. MODULES is the node_modules with puppeteer-core and axe-core.
import fs from 'node:fs';
import path from 'node:path';
import {createRequire} from 'node:module';
import {pathToFileURL} from 'node:url';

const [pages, modules, screenshots] = process.argv.slice(2).map((word) => path.resolve(word));
const require = createRequire(pathToFileURL(path.join(modules, 'x.js')));
const {launch} = await import(pathToFileURL(require.resolve('puppeteer-core')));
const puppeteer = launch ? {launch} : require('puppeteer-core');
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const kSizes = {wide: {width: 1400, height: 1000}, narrow: {width: 800, height: 1000}};
const problems = [];

function demand(good, what) {
  if (!good) problems.push(what);
}

async function opened(browser, file, {size, scheme, script = true}) {
  const page = await browser.newPage();
  const name = `${path.basename(file)} (${size}, ${scheme}${script ? '' : ', no JavaScript'})`;
  page.on('console', (message) => problems.push(`${name}: console: ${message.text()}`));
  page.on('pageerror', (error) => problems.push(`${name}: error: ${error.message}`));
  page.on('dialog', (dialog) => problems.push(`${name}: dialog: ${dialog.message()}`));
  page.on('request', (request) => {
    demand(request.url().startsWith('file://'), `${name}: asks for ${request.url()}`);
  });
  await page.setJavaScriptEnabled(script);
  await page.setViewport(kSizes[size]);
  await page.emulateMediaFeatures([{name: 'prefers-color-scheme', value: scheme}]);
  await page.goto(pathToFileURL(file).href, {waitUntil: 'load'});
  return {page, name};
}

async function accessible(page, name) {
  // In a world of its own: the page's own policy lets no other script run.
  const context = await page.createCDPSession();
  const {frameTree} = await context.send('Page.getFrameTree');
  const {executionContextId} = await context.send('Page.createIsolatedWorld',
                                                  {frameId: frameTree.frame.id, worldName: 'axe'});
  await context.send('Runtime.evaluate', {contextId: executionContextId, expression: axe});
  const {result} = await context.send('Runtime.evaluate', {
    contextId: executionContextId, awaitPromise: true, returnByValue: true,
    expression: `axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa',
                 'wcag22aa', 'best-practice']}).then((found) => ({passes: found.passes.length,
                 violations: found.violations.map((one) => one.id + ': ' + one.help + ' ' +
                 one.nodes.slice(0, 3).map((node) => node.html).join(' | '))}))`,
  });
  demand(result.value && result.value.passes > 10, `${name}: axe-core did not run`);
  for (const violation of result.value?.violations ?? []) problems.push(`${name}: ${violation}`);
}

async function fits(page, name) {
  const [width, room] = await page.evaluate(
    () => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  demand(width <= room, `${name}: is ${width} px wide in a window of ${room} px`);
}

async function filters(page, name) {
  if (!await page.$('#filter')) return;
  const visible = () => page.$$eval('#check-table tr[data-status]',
                                    (rows) => rows.filter((row) => row.offsetHeight > 0).length);
  const all = await visible();
  const said = await page.$eval('#shown', (text) => text.textContent);
  demand(said === `${all} of ${all} shown`, `${name}: says '${said}', but shows ${all}`);
  const first = await page.$eval('#check-table tr[data-status] th', (cell) => cell.textContent);
  await page.type('#search', first.split('/').pop().trim().slice(0, 12).toUpperCase());
  const found = await visible();
  demand(found > 0 && (all === 1 || found < all), `${name}: the search shows ${found} of ${all}`);
  await page.type('#search', ' there is no such check');
  demand(await visible() === 0, `${name}: the search finds what is not there`);
  await page.$eval('#search', (field) => { field.value = ''; field.dispatchEvent(new Event('input', {bubbles: true})); });
  const passed = await page.$$eval('#check-table tr[data-status=pass]', (rows) => rows.length);
  await page.click('#filter input[value=pass]');
  demand(await visible() === all - passed, `${name}: passed checks are shown without being asked for`);
  await page.click('#filter input[value=pass]');
  demand(await visible() === all, `${name}: not all checks come back`);
}

// The way of the tabulator key: the first stop skips to the report, and every stop can be seen.
async function usableByKeyboard(page, name) {
  await page.keyboard.press('Tab');
  const first = await page.evaluate(() => document.activeElement.getAttribute('href'));
  demand(first === '#main', `${name}: the first stop of the tabulator is ${first}`);
  const shown = await page.evaluate(() => document.activeElement.getBoundingClientRect().height > 10);
  demand(shown, `${name}: the link that skips to the report is not seen when it is reached`);
}

async function readableWithoutScript(browser, file) {
  const {page, name} = await opened(browser, file, {size: 'wide', scheme: 'light', script: false});
  const seen = await page.evaluate(() => {
    const visible = (node) => node && node.getClientRects().length > 0;
    return {
      heading: visible(document.querySelector('h1')),
      filter: visible(document.querySelector('#filter')),
      hidden: [...document.querySelectorAll('#check-table tr, .failure')].filter((one) => !visible(one)).length,
      differences: [...document.querySelectorAll('details.changed, details.gone, details.came')]
        .filter((one) => !one.open).length,
      both: document.querySelectorAll('table.schema').length,
    };
  });
  demand(seen.heading && seen.hidden === 0, `${name}: something cannot be read`);
  demand(!seen.filter, `${name}: there is a filter that does nothing`);
  await page.close();
}

// Paper is white whatever the screen is, and has no use for a filter or for links.
async function printable(page, name) {
  await page.emulateMediaType('print');
  const seen = await page.evaluate(() => ({
    ground: getComputedStyle(document.body).backgroundColor,
    shown: ['nav', '#filter'].filter((one) => document.querySelector(one)?.offsetHeight > 0),
  }));
  demand(seen.ground === 'rgb(255, 255, 255)', `${name}: is printed on ${seen.ground}`);
  demand(seen.shown.length === 0, `${name}: ${seen.shown} is printed`);
  await page.emulateMediaType('screen');
}

async function look(browser, file) {
  for (const scheme of ['light', 'dark']) {
    for (const size of Object.keys(kSizes)) {
      const {page, name} = await opened(browser, file, {size, scheme});
      demand(await page.title() !== 'broken', `${name}: a text of the run became a script`);
      await accessible(page, name);
      await fits(page, name);
      await printable(page, name);
      const base = path.join(screenshots, `${path.basename(file, '.html')}-${size}-${scheme}`);
      await page.screenshot({path: `${base}.png`});
      await page.screenshot({path: `${base}-whole.png`, fullPage: true});
      if (scheme === 'light' && size === 'wide') {
        // The navigation sticks to the top, and would lie over a tall section.
        await page.$eval('nav', (nav) => { nav.hidden = true; });
        const schemas = await page.$('#schemas');
        await schemas?.screenshot({path: path.join(screenshots, `${path.basename(file, '.html')}-schemas.png`)});
        await page.$eval('nav', (nav) => { nav.hidden = false; });
        await usableByKeyboard(page, name);
        await filters(page, name);
        await page.pdf({path: `${base}.pdf`, format: 'A4', margin: {top: '15mm', bottom: '15mm', left: '15mm', right: '15mm'}});
      }
      await page.close();
    }
  }
  await readableWithoutScript(browser, file);
}

fs.mkdirSync(screenshots, {recursive: true});
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--font-render-hinting=none'],
});
try {
  const files = fs.readdirSync(pages).filter((name) => name.endsWith('.html')).sort();
  demand(files.length > 0, `there is no page in ${pages}`);
  for (const file of files) await look(browser, path.join(pages, file));
  console.log(`${files.length} pages, ${problems.length} problems`);
} finally {
  await browser.close();
}
for (const problem of problems) console.error(problem);
process.exit(problems.length ? 1 : 0);
