// SQL laid out for reading. A statement that the formatter does not understand stays as it is.
import { formatDialect, postgresql, sqlite } from 'sql-formatter';

export type Dialect = 'sqlite' | 'postgresql';

export function formatSql(sql: string, dialect: Dialect): string {
  try {
    return formatDialect(sql, { dialect: dialect === 'sqlite' ? sqlite : postgresql, keywordCase: 'preserve' });
  } catch {
    return sql;
  }
}
