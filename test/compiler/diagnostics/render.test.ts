import { describe, expect, test } from 'vitest';
import { Report } from '../../../compiler/diagnostics/diagnostic.js';
import { renderJson } from '../../../compiler/diagnostics/render-json.js';
import { renderSarif } from '../../../compiler/diagnostics/render-sarif.js';
import { renderText, summary } from '../../../compiler/diagnostics/render-text.js';
import { SourceFile } from '../../../compiler/source/source-file.js';

const text = `protocol p {
  frame F {
\t length : u16;
    a : u8;
    b : u8;
    data : bytes size length * length;
  }
}
`;
const file = new SourceFile('schemas/p.proto-frame', text);

function at(part: string, from = 0) {
  const start = text.indexOf(part, from);
  return file.span(start, start + part.length);
}

function sample(): Report {
  const report = new Report();
  report.error('PF101', at('length'), "`length` can't be derived", {
    labels: [{ span: at('length * length'), text: 'not linear in `length`' }],
    hint: 'use a linear size, such as `length * 2`',
  });
  report.warning('PF180', at('b :'), 'nothing reads `b`');
  return report;
}

describe('text', () => {
  test('an error has its place, an excerpt with a caret, related lines and help', () => {
    expect(renderText(sample().diagnostics[0]!)).toBe(
      [
        "schemas/p.proto-frame:3:3: error PF101: `length` can't be derived",
        '  3 |   length : u16;',
        '    |   ^^^^^^',
        '   ...',
        '  6 |     data : bytes size length * length;',
        '    |                       ~~~~~~~~~~~~~~~ not linear in `length`',
        '  help: use a linear size, such as `length * 2`',
        '',
      ].join('\n'),
    );
  });

  test('colours only if asked, and then the same words', () => {
    const [error] = sample().diagnostics;
    const plain = renderText(error!);
    const coloured = renderText(error!, { colour: true });
    expect(plain).not.toContain('\x1b');
    expect(coloured).toContain('\x1b[1;31merror PF101:');
    expect(coloured.replace(/\x1b\[[0-9;]*m/g, '')).toBe(plain);
  });

  test('an empty place has one caret, also at the very end', () => {
    const report = new Report();
    report.error('PF001', file.span(text.length, text.length), 'expected `}`');
    expect(renderText(report.diagnostics[0]!)).toContain(':9:1: error PF001: expected `}`\n  9 |\n    | ^\n');
  });

  test('a related place in another file says which', () => {
    const other = new SourceFile('other.proto-frame', 'protocol q {}\n');
    const report = new Report();
    report.error('PF130', at('p'), 'same magic', { labels: [{ span: other.span(9, 10), text: 'here' }] });
    expect(renderText(report.diagnostics[0]!)).toContain(
      '    --> other.proto-frame:1:10:\n  1 | protocol q {}\n',
    );
  });

  test('a place over several lines marks the rest of the first', () => {
    const report = new Report();
    report.error('PF104', file.span(text.indexOf('frame'), text.length), 'too large');
    expect(renderText(report.diagnostics[0]!)).toContain('  2 |   frame F {\n    |   ^^^^^^^^^\n');
  });

  test('long lines are cut around the place, control characters do not reach the terminal', () => {
    const long = new SourceFile('x', `${'a'.repeat(5000)}\x1b[2Jbad${'b'.repeat(5000)}`);
    const report = new Report();
    report.error('PF002', long.span(5000, 5007), 'bad');
    const shown = renderText(report.diagnostics[0]!);
    expect(shown.length).toBeLessThan(400);
    expect(shown).not.toContain('\x1b');
    expect(shown).toContain('\ufffd[2Jbad');
    const [line, marks] = shown.split('\n').slice(1) as [string, string];
    expect(line.indexOf('\ufffd')).toBe(marks.indexOf('^'));
  });

  test('the summary counts both kinds', () => {
    expect(summary(sample().diagnostics)).toBe('1 error, 1 warning');
    expect(summary([])).toBeNull();
  });
});

test('JSON: one object, places from 1', () => {
  const parsed: unknown = JSON.parse(renderJson(sample().diagnostics));
  expect(parsed).toMatchObject({
    diagnostics: [
      {
        code: 'PF101',
        severity: 'error',
        file: 'schemas/p.proto-frame',
        line: 3,
        column: 3,
        endLine: 3,
        endColumn: 9,
        hint: 'use a linear size, such as `length * 2`',
        related: [{ message: 'not linear in `length`', line: 6, column: 23 }],
      },
      { code: 'PF180', severity: 'warning', line: 5, hint: null, related: [] },
    ],
  });
});

test('SARIF 2.1.0: rules, results and related places', () => {
  const parsed: unknown = JSON.parse(renderSarif(sample().diagnostics, '1.2.3'));
  expect(parsed).toMatchObject({
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'proto-frame',
            semanticVersion: '1.2.3',
            rules: [{ id: 'PF101', shortDescription: { text: 'length not derivable' } }, { id: 'PF180' }],
          },
        },
        results: [
          {
            ruleId: 'PF101',
            ruleIndex: 0,
            level: 'error',
            locations: [
              {
                physicalLocation: {
                  artifactLocation: { uri: 'schemas/p.proto-frame' },
                  region: { startLine: 3, startColumn: 3, endLine: 3, endColumn: 9 },
                },
              },
            ],
            relatedLocations: [{ message: { text: 'not linear in `length`' } }],
          },
          { ruleId: 'PF180', ruleIndex: 1, level: 'warning' },
        ],
      },
    ],
  });
});
