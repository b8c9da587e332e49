import { expect, it } from 'vitest';
import { formatSql } from './formatSql';

it('lays a statement out, and leaves what it does not understand', () => {
  const sql = 'SELECT a.id, a.name FROM "user" AS a LEFT OUTER JOIN b ON a.id = b.a_id WHERE a.id IN (?, ?)';
  const laid = formatSql(sql, 'sqlite');
  expect(laid.split('\n').length).toBeGreaterThan(4);
  expect(laid.replace(/\s+/g, ' ').replaceAll('( ', '(').replaceAll(' )', ')')).toBe(sql);
  expect(formatSql('SELECT (', 'postgresql')).toBe('SELECT (');
});
