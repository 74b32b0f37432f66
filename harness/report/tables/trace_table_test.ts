import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryWorld, WorldTrace } from "../../worlds/mod.ts";
import { scriptedSubject } from "../../worlds/scripted_subject.ts";
import { traceTable } from "./trace_table.ts";

test("traceTable() shows hub and disk side by side, in one order, within 120 columns", async () => {
  const trace = new WorldTrace();
  const subject = scriptedSubject(async ({ host, config }) => {
    const url = `${config.env["HF_ENDPOINT"] ?? ""}/api/models/o/n/revision/main`;
    const { body } = await host.fetch(url, { method: "GET", headers: {} });
    await host.files.mkdir(config.root);
    const file = await host.files.open(`${config.root}/${"long".repeat(40)}`, "wx");
    await file.write(new Uint8Array(100), 0);
    await file.close();
    for await (const _ of body ?? []) await host.clock.sleep(1500);
    await host.files.rmdir(`${config.root}/absent`).catch(() => {});
    await host.files.unlink(`${config.root}/${"long".repeat(40)}`);
  });
  await using world = await memoryWorld(subject, { trace });
  world.hub.publish("o/n", [], { tags: ["mlx"] });
  const process = world.start();
  process.killAt({ at: "operation", nth: 5 });
  await assert.rejects(process.download({ repository: "o/n" }));
  const lines = traceTable(trace.events);
  assert.ok(lines.every((line) => line.length <= 120));
  const cells = lines.map((line) => line.replaceAll("|", "  ").trimEnd().split(/ {2,}/));
  const [, starts, request, answer, mkdir, open] = cells;
  assert.deepEqual(starts, ["+0.000", "p0", "-- starts --"]);
  assert.match(
    request?.join(" ") ?? "",
    /^\+0\.000 p0 GET hub:\/api\/models\/o\/n\/revision\/main/,
  );
  assert.match(answer?.join(" ") ?? "", /200 to hub:/);
  assert.deepEqual(mkdir, ["+0.000", "p0", "mkdir <root>"]);
  assert.match(open?.join(" ") ?? "", /open wx long.*…/);
  const text = cells.map((cell) => cell.join(" "));
  assert.ok(
    text.some((line) => /write .* 100 bytes$/.test(line)),
    text.join("\n"),
  );
  assert.deepEqual(text.slice(-1), ["+1.500 p0 -- is killed --"]);
});

test("traceTable() shows the last events when there are too many", () => {
  const events = Array.from({ length: 9 }, (_, at) => ({
    atMs: at,
    pid: 1,
    side: "disk" as const,
    what: `stat ${at}`,
    times: 1,
  }));
  assert.deepEqual(
    traceTable(events, { eventsMax: 1 }).map((line) => line.replaceAll(/ +/g, " ")),
    ["time hub | disk", "… 8 events before", "+0.008 p0 | stat 8"],
  );
});

test("traceTable() has a column for the protocol where the subject is a program", () => {
  const at = { atMs: 0, pid: 0, times: 1 };
  const events = [
    { ...at, side: "process", what: "starts" },
    { ...at, side: "protocol", what: "> operation 1 download" },
    { ...at, side: "hub", what: "GET /o/n", outcome: "200, 3 bytes" },
    { ...at, atMs: 5, side: "disk", what: "rename a to b" },
  ] as const;
  const lines = traceTable(events);
  assert.ok(lines.every((line) => line.length <= 160));
  assert.deepEqual(
    lines.map((line) => line.replaceAll(/ +/g, " ")),
    [
      "time hub | protocol | disk",
      "+0.000 p0 -- starts --",
      "+0.000 p0 | > operation 1 download |",
      "+0.000 GET /o/n : 200, 3 bytes | |",
      "+0.005 p0 | | rename a to b",
    ],
  );
});
