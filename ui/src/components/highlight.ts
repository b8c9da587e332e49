// SQL as spans with a class each. A parser's tree is enough for that: an editor would bring its own style sheets,
// which a strict content security policy refuses.
import { SQLite } from '@codemirror/lang-sql';
import { highlightCode, tagHighlighter, tags } from '@lezer/highlight';

export interface Span {
  text: string;
  kind: '' | 'keyword' | 'string' | 'number' | 'comment';
}

const highlighter = tagHighlighter([
  { tag: tags.keyword, class: 'keyword' },
  { tag: [tags.bool, tags.null], class: 'keyword' },
  { tag: tags.string, class: 'string' },
  // A quoted identifier is a name, not a text.
  { tag: tags.special(tags.string), class: 'name' },
  { tag: tags.number, class: 'number' },
  { tag: tags.comment, class: 'comment' },
]);

const KINDS: readonly Span['kind'][] = ['keyword', 'string', 'number', 'comment'];

/** The spans of a statement; together they are the statement. */
export function highlightSql(sql: string): Span[] {
  const spans: Span[] = [];
  const put = (text: string, classes: string) => {
    const kind = KINDS.find((candidate) => candidate === classes) ?? '';
    const last = spans.at(-1);
    if (last && last.kind === kind) last.text += text;
    else spans.push({ text, kind });
  };
  highlightCode(sql, SQLite.language.parser.parse(sql), highlighter, put, () => put('\n', ''));
  return spans;
}
