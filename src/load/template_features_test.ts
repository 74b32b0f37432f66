import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import test from "node:test";
import { findPython } from "../../harness/subjects/find_python.ts";
import { checkTemplate, renderChat } from "./check_template.ts";

/** Templates of one feature each, all of which jinja2 3.1 renders. */
const FEATURES: readonly string[] = [
  "{{ 'a' and 'b' }}",
  "{{ true }}{{ none }}{{ [true,none,'a'] }}{{ {'a':none} }}",
  "{{ 1 < 2 < 3 }}",
  "{% for i in [1,2] %}{% continue %}{{ i }}{% endfor %}",
  "a{% if true %}\r\nb{% endif %}\r\nc",
  "{% set c=cycler('a','b') %}{{ c.next() }}",
  "{{ dict(a=1).a }}",
  "{{ {'a':1}.get('b','d') }}",
  "{% for k in {'a':1} %}{{ k }}{% endfor %}",
  "{{ {'a':1}.keys()|list }}",
  "{% set d={'a':1} %}{% set _=d.update({'b':2}) %}{{ d|length }}",
  "{{ {'a':1}.values()|list }}",
  "{% if false %}{% elif true %}x{% endif %}",
  "{{ []|first }}|",
  "{{ 'a'.upper().lower() }}",
  "{{ 1 == 1.0 }}{{ '1' == 1 }}",
  "{% filter upper %}abc{% endfilter %}",
  "{{ 'abc'.find('c') }}",
  "{{ (5/2)|int }}",
  "{% for i in [] %}x{% else %}e{% endfor %}",
  "{% for i in [1,2,3] if i>1 %}{{ i }}{{ loop.index }}{% endfor %}",
  "{{ 'a%sb'|format('X') }}",
  "{{ [1][5] is defined }}",
  "{{ 'a' if false }}|",
  "{{ '12'|int + 1 }}",
  "{% set d={0:'a',512:'b'} %}{{ d[512] }}",
  "{{ 12|string|length }}",
  "{{ 12|replace('1','x') }}",
  "{{ 1|trim }}",
  "{{ 1 is not string }}",
  "{{ '12'.isdigit() }}",
  "{% for k,v in {'a':1}.items() %}{{ k }}{{ v }}{% endfor %}",
  "{{ ','.join(['a','b']) }}",
  "{{ range(3)|list }}",
  "{% set l=[1] %}{% set _=l.extend([2]) %}{{ l|length }}",
  "{{ 'ab'|list }}",
  "{% for i in [1,2,3] %}{{ loop.cycle('a','b') }}{% endfor %}",
  "{% set x=[1,2]|map('string')|join('-') %}{{ x }}",
  "{% for i in [1,2,3] %}{{ loop.previtem if loop.previtem is defined else '-' }}{{ loop.nextitem is defined }}{% endfor %}",
  "{% for i in [1,2] %}{{ loop.revindex0 }}{{ loop.length }}{% endfor %}",
  "{{ '  a'.lstrip() }}",
  "{{ ['a']|map('upper')|list }}",
  "{{ []|map(attribute='x')|first|default('d',true) }}",
  "{{ 5 % 3 }}",
  "{% set a,b = 1,2 %}{{ a }}{{ b }}",
  "{% set ns=namespace(a=1) %}{% set ns.a=2 %}{{ ns.a }}",
  "{% set ns=namespace({'a':1}) %}{{ ns.a }}",
  "{{ -1 }}{{ - 1 }}",
  "{{ 'a\\nb' }}",
  "{% set t=none %}{{ t|selectattr('x','equalto','y')|list|length }}",
  "{{ none|string }}",
  "{{ none|trim }}",
  "{{ none|upper }}",
  "{{ 'z' not in 'abc' }}",
  "{{ '' or 'x' }}",
  "{{ 'a'|pprint }}",
  "{{ 'a\\'b' }}",
  "{% raw %}{{ x }}{% endraw %}",
  "{{ ['',1]|reject('none')|list|length }}",
  "{{ 'aaa'|replace('a','b',1) }}",
  "{{ 'aaa'.replace('a','b',1) }}",
  "{{ [1,2]|reverse|list }}",
  "{{ '<'|safe }}",
  "{{ [{'a':1}]|selectattr('a','==',1)|list|length }}",
  "{{ [{'a':1}]|selectattr('a','in',[1])|list|length }}",
  "{% set x|upper %}abc{% endset %}{{ x }}",
  "{{ 'abcdef'[-3:-1] }}",
  "{{ [1,2,3,4][::2]|list }}",
  "{{ [{'a':2},{'a':1}]|sort(attribute='a')|map(attribute='a')|list }}",
  "{{ 'a-b-c'.split('-',1)[1] }}",
  "{{ 'a\nb'.splitlines()|length }}",
  "{{ 'a{0}b{1}'.format(1,2) }}",
  "{% for k in 'ab' %}{{ k }}-{% endfor %}",
  "{{ 'abc'|join('-') }}",
  "{{ 'ab' * 2 }}",
  "{{ 'abc'|reverse }}",
  "{{ strftime_now('%Y')|length }}",
  "{{ strftime_now('%d %b %Y')|length }}{{ strftime_now('%B')|length>0 }}",
  "{{ 1|string }}",
  "{{ [1,2]|sum }}",
  "{{ 3 is odd }}{{ 4 is even }}{{ 4 is divisibleby 2 }}",
  "{{ x is undefined }}",
  "{{ 'a' ~ 1 ~ none ~ nosuch }}",
  "{{ 'ab cd'.title() }}",
  "{{ 'é'|tojson(ensure_ascii=False) }}",
  "{{ 1.0|tojson }}",
  "{{ {'b':1}|tojson(separators=(',',':')) }}",
  "{{ {'b':1,'a':2}|tojson(sort_keys=true) }}",
  "{{ 'é<'|tojson }}",
  "{{ [1,2,]|length }}",
  "{{ 'abcdefghij'|truncate(5,true,'') }}",
  "{{ (1,2)|length }}",
  "{{ 'a' + (nosuch or '') }}",
  "{{ 'a' in nosuch }}",
  "{% for x in nosuch %}{% endfor %}ok",
  "{{ nosuch|join(',') }}",
  "{{ nosuch|length }}",
  "{{ nosuch|map('upper')|list|length }}",
  "{{ nosuch|sort|length }}",
  "{% set é=1 %}{{ é }}",
  "{% for a,b in [[1,2]] %}{{ a }}{{ b }}{% endfor %}",
  "{% macro m() %}{{ varargs|length }}{% endmacro %}{{ m(1,2) }}",
  "{{ 'a b'|wordcount }}",
  "a {%- if true -%} b {%- endif -%} c",
];

const MESSAGE =
  "{{ messages[0].content if messages[0].content is string else messages[0].content[0].text }}";

test("checkTemplate() refuses no template that jinja2 renders", () => {
  const refused = FEATURES.filter((feature) => {
    const jinja = new TextEncoder().encode(feature + MESSAGE);
    return checkTemplate({ jinja, json: undefined, config: undefined })?.level === "error";
  });
  assert.deepEqual(refused, []);
});

/** Content as the templates of vision models want it, each in its own words. */
const VISION: readonly string[] = [
  "{% for m in messages %}{% for c in m.content %}{% if c.type == 'text' %}{{ c.text }}{% endif %}{% endfor %}{% endfor %}",
  "{% for m in messages %}{{ m['role'] }}: {{ m['content'][0]['text'] }}\n{% endfor %}",
  "{% for m in messages %}{% for c in m['content'] | selectattr('type', 'equalto', 'text') %}{{ c['text'] }}{% endfor %}{% endfor %}",
  "{% for m in messages %}{% if m.content is string %}{{ m.content }}{% else %}{% for c in m.content %}{{ '<image>' if c.type == 'image' else c.text }}{% endfor %}{% endif %}{% endfor %}",
  "{% for m in messages %}{% if m.content[0]['type'] == 'text' %}{{ m.content[0]['text'] + '\n' }}{% endif %}{% endfor %}",
];

const python = findPython() ?? "";
const skip = python === "" && "no Python with transformers: npm run subjects installs one";

test("renderChat() renders as transformers does, or says that it cannot", { skip }, (t) => {
  const templates = [...FEATURES.map((feature) => feature + MESSAGE), ...VISION];
  const script = join(import.meta.dirname, "render_templates.py");
  const { stdout, stderr } = spawnSync(python, [script], {
    input: JSON.stringify(templates),
    encoding: "utf8",
  });
  assert.ok(stdout !== "", stderr);
  const expected = JSON.parse(stdout) as (readonly [string | null, string | null])[];
  const count = { same: 0, refused: 0 };
  const wrong: string[] = [];
  for (const [at, template] of templates.entries()) {
    const [asText, asParts] = expected[at] ?? [null, null];
    const rendered = renderedHere(template);
    // What does not have the message as a text is tried in parts.
    const right = asText?.includes("hello there") === true ? asText : asParts;
    if (rendered === undefined) count.refused += 1;
    else if (rendered === right) count.same += 1;
    else wrong.push(`${template}: ${JSON.stringify(rendered)} instead of ${JSON.stringify(right)}`);
  }
  t.diagnostic(`${count.same} the same, ${count.refused} refused, of ${templates.length}`);
  assert.deepEqual(wrong, []);
  assert.ok(VISION.every((template) => renderedHere(template) !== undefined));
});

function renderedHere(template: string): string | undefined {
  const jinja = new TextEncoder().encode(template);
  try {
    return renderChat({ jinja, json: undefined, config: undefined }, "hello there");
  } catch (error) {
    assert.ok(error instanceof Error && "code" in error && error.code === "unsupported");
    return undefined;
  }
}
