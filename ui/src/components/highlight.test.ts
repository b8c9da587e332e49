import { expect, it } from 'vitest';
import { highlightSql } from './highlight';

it('tells keywords, strings and numbers apart and loses no character', () => {
  const sql = `SELECT users.id\nFROM users -- all\nWHERE users."order" = 'O''Hara' AND users.id > 12`;
  const spans = highlightSql(sql);
  expect(spans.map((span) => span.text).join('')).toBe(sql);
  const texts = (kind: string) => spans.filter((span) => span.kind === kind).map((span) => span.text.trim());
  expect(texts('keyword')).toEqual(['SELECT', 'FROM', 'WHERE', 'AND']);
  expect(texts('string').join('')).toBe("'O''Hara'");
  expect(texts('number')).toEqual(['12']);
  expect(texts('comment')).toEqual(['-- all']);
});
