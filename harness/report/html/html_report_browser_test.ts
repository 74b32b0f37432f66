import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { REQUIREMENTS } from "../../../spec/mod.ts";
import {
  EXAMPLE_RESULTS,
  exampleRecordText,
  type ExampleRecordOptions,
} from "../example_record.ts";
import { parseRecord } from "../record/parse_record.ts";
import { htmlReport } from "./html_report.ts";

/*
 * The page in a real browser, the machine's own. Where there is none, each test says so and is skipped:
 * MLX_LAYOUT_CHROMIUM names one in another place.
 */

const EXECUTABLE = [
  process.env["MLX_LAYOUT_CHROMIUM"] ?? "",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
].find((path) => path !== "" && existsSync(path));
const OPTIONS = { skip: EXECUTABLE === undefined ? "no Chromium on this machine" : false };
const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const SIZES = { desk: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } } as const;
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** A part of the law, as axe looks at every element for a long time. */
const LAW = Object.entries(REQUIREMENTS)
  .map(([id, requirement]) => ({ type: "requirement" as const, id, ...requirement }))
  .filter(({ id }) =>
    /^(?:LAYOUT-PATH|LAYOUT-SET|LAYOUT-CASE|DL-INT|DL-RES|DL-RETRY|DL-CANCEL|HUB-TOKEN|DUR)/.test(
      id,
    ),
  );

/** A file of a model stands in one line. */
const REPLAY = `{"format": 1, "bytes": "${"QUJD".repeat(5000)}"}`;

const directory = mkdtempSync(join(tmpdir(), "html_report_"));
const address = pathToFileURL(join(directory, "page.html")).href;
let browser: Browser | undefined;

before(async () => {
  const deviation = {
    requirement: "DL-RESUME",
    scenario: "download/resume",
    signature: "DL-RESUME: it sent no range",
    issue: "https://example.com/issues/1",
    expires: "2027-01-01",
  } as const;
  const others: ExampleRecordOptions[] = [
    { header: { deviations: [deviation] } },
    {
      header: { subject: { name: "@other/client", version: "2.17.5" } },
      results: EXAMPLE_RESULTS.slice(0, 1),
      verdict: "conformant",
    },
    { header: { subject: { name: "third_client", version: "0.36.0" } }, verdict: undefined },
  ];
  const records = others.map((options) =>
    parseRecord(
      exampleRecordText({
        requirements: LAW,
        materialOf: ({ status }) =>
          status === "fail"
            ? {
                replay: { name: "DL-INTEGRITY-1.json", content: REPLAY },
                trace: ["0 ms GET /a", "1 ms write b", `2 ms GET /${"c".repeat(3000)}`],
              }
            : {},
        ...options,
      }),
      "r.jsonl",
    ),
  );
  writeFileSync(join(directory, "page.html"), htmlReport(records));
  if (EXECUTABLE !== undefined)
    browser = await chromium.launch({ executablePath: EXECUTABLE, args: ARGS });
});

after(async () => {
  await browser?.close();
  rmSync(directory, { recursive: true });
});

/** Opens the page, and fails on whatever it complains of. */
async function withPage(
  options: {
    readonly size?: keyof typeof SIZES;
    readonly scheme?: "light" | "dark";
    readonly suffix?: string;
    readonly script?: boolean;
  },
  use: (page: Page) => Promise<void>,
): Promise<void> {
  assert.ok(browser !== undefined);
  const context = await browser.newContext({
    viewport: SIZES[options.size ?? "desk"],
    colorScheme: options.scheme ?? "light",
    javaScriptEnabled: options.script ?? true,
  });
  const page = await context.newPage();
  const stderrTail: string[] = [];
  page.on("console", (message) => stderrTail.push(message.text()));
  page.on("pageerror", (error) => stderrTail.push(error.message));
  page.on("request", (request) => {
    if (!/^(?:file|blob):/.test(request.url())) stderrTail.push(`it asked for ${request.url()}`);
  });
  try {
    await page.goto(address + (options.suffix ?? ""));
    await use(page);
    assert.deepEqual(stderrTail, []);
  } finally {
    await context.close();
  }
}

/** What axe finds, in one line each. */
async function accessFaults(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate<
    string[]
  >(`axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
    violations.flatMap(({ id, help, nodes }) => nodes.map(({ target }) => id + ": " + help + ": " + target)))`);
}

const shownRows = (page: Page) => page.locator("tr.requirement:visible");

for (const size of ["desk", "phone"] as const) {
  for (const scheme of ["light", "dark"] as const) {
    test(
      `axe finds nothing at the width of a ${size}, ${scheme}, drawers open`,
      OPTIONS,
      async () => {
        await withPage({ size, scheme, suffix: "#DL-INTEGRITY" }, async (page) => {
          await page.locator("#DL-RESUME .toggle").click();
          for (const summary of await page.locator("summary:visible").all()) await summary.click();
          assert.deepEqual(await accessFaults(page), []);
        });
      },
    );
  }

  test(
    `nothing is wider than the screen of a ${size}, traces and replays open`,
    OPTIONS,
    async () => {
      await withPage({ size, suffix: "#DL-INTEGRITY" }, async (page) => {
        for (const summary of await page.locator("summary:visible").all()) await summary.click();
        assert.ok(await page.locator("pre.file").first().isVisible());
        const width = await page.evaluate<number>("document.documentElement.scrollWidth");
        assert.equal(width, SIZES[size].width);
      });
    },
  );
}

test(
  "the filter takes words, level, status and area together, and the address keeps it",
  OPTIONS,
  async () => {
    await withPage({}, async (page) => {
      const total = await shownRows(page).count();
      await page.getByLabel("Status").selectOption("broken");
      assert.deepEqual(await shownRows(page).evaluateAll((all) => all.map(({ id }) => id)), [
        "DL-INTEGRITY",
      ]);
      assert.equal(await page.getByRole("status").textContent(), `1 of ${total}`);
      await page.getByLabel("Area").selectOption("hub");
      assert.equal(await shownRows(page).count(), 0);
      assert.ok(await page.getByText("No requirement matches").isVisible());
      await page.getByRole("button", { name: "Clear" }).click();
      await page.getByLabel("Text").fill("download/resume RANGE");
      await page.waitForFunction("document.querySelector('output').value.startsWith('1 of')");
      await page.getByLabel("Level").selectOption("MUST");
      assert.match(page.url(), /\?q=download%2Fresume\+RANGE&level=MUST/);
      await page.reload();
      assert.equal(await shownRows(page).count(), 1);
    });
  },
);

test("a requirement opens and closes by keyboard, and a link leads into it", OPTIONS, async () => {
  await withPage({}, async (page) => {
    const toggle = page.locator("#DL-INTEGRITY .toggle");
    const drawer = page.locator("#DL-INTEGRITY-drawer");
    await toggle.focus();
    await page.keyboard.press("Enter");
    assert.ok(await drawer.isVisible());
    assert.equal(await toggle.getAttribute("aria-expanded"), "true");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Escape");
    assert.ok(!(await drawer.isVisible()));
    assert.ok(await toggle.evaluate((element) => element.matches(":focus")));
    await page.keyboard.press("ArrowDown");
    const focused = await page.evaluate<string>("document.activeElement.textContent");
    assert.notEqual(focused, "DL-INTEGRITY");
    await page.keyboard.press("ArrowUp");
    assert.equal(await page.evaluate("document.activeElement.textContent"), "DL-INTEGRITY");
  });
  await withPage({ suffix: "?status=held#DL-INTEGRITY" }, async (page) => {
    assert.ok(
      await page.locator("#DL-INTEGRITY-drawer").isVisible(),
      "a filter does not hide the target",
    );
    const top = await page.locator("#DL-INTEGRITY .toggle").boundingBox();
    const head = await page.locator(".matrix thead").boundingBox();
    assert.ok(top !== null && head !== null && top.y >= head.y + head.height, "the head hides it");
  });
});

test("a cell that is no pass leads to its subject's story, trace and replay", OPTIONS, async () => {
  await withPage({}, async (page) => {
    await page.getByRole("button", { name: "broken: DL-INTEGRITY by third_client" }).click();
    assert.equal(await page.evaluate("document.activeElement.id"), "DL-INTEGRITY-s3");
    const section = page.locator("div.subject", { has: page.locator("#DL-INTEGRITY-s3") });
    assert.match((await section.locator("pre.story").textContent()) ?? "", /broke DL-INTEGRITY/);
    await section.getByText("Trace, 3 lines").click();
    assert.ok(await section.getByText("1 ms write b").isVisible());
    await section.getByText("Replay").first().click();
    const download = page.waitForEvent("download");
    await section.getByRole("button", { name: "Save the file" }).click();
    const file = await download;
    assert.equal(file.suggestedFilename(), "DL-INTEGRITY-1.json");
    assert.equal(readFileSync(await file.path(), "utf8"), REPLAY);
  });
});

test("the matrix is a table to a screen reader at every width", OPTIONS, async () => {
  for (const size of ["desk", "phone"] as const) {
    await withPage({ size }, async (page) => {
      const table = page.getByRole("table", { name: /Requirements/ });
      assert.equal(await table.getByRole("columnheader", { name: /^example/ }).count(), 1);
      const row = table.getByRole("row", { name: /DL-INTEGRITY/ }).first();
      assert.equal(await row.getByRole("cell").count(), 3);
    });
  }
});

test("without scripts every drawer is open, and the filter is away", OPTIONS, async () => {
  await withPage({ script: false }, async (page) => {
    assert.ok(await page.locator("#DL-INTEGRITY-drawer").isVisible());
    assert.ok(!(await page.locator("form.filter").isVisible()));
  });
});
