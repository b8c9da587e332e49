CREATE TABLE country (id INTEGER PRIMARY KEY, code TEXT UNIQUE, "größe" REAL);
INSERT INTO country VALUES (1, 'de', 357.5), (2, 'fr', 1e300), (3, NULL, -0.0), (4, 'it', NULL);

CREATE TABLE "order" (
    id INTEGER PRIMARY KEY, "from" INTEGER, country_code TEXT, price NUMERIC, placed DATETIME, paid BOOLEAN, "group" BLOB
);
INSERT INTO "order" VALUES
    (1, NULL, 'de', 12.50, '2024-01-31 23:59:59', 1, x'00FF'), (2, 1, 'de', 3, NULL, 0, NULL),
    (3, 1, 'fr', 0.1, '2024-02-29 00:00:00', NULL, x''), (4, 3, NULL, NULL, NULL, 1, x'2764'),
    (5, 99, 'xx', -7.25, '1999-12-31 12:00:00', 0, x'00'), (6, 6, 'it', 9007199254740993, NULL, 1, x'00FF'),
    (7, 4, 'de', 1, NULL, 1, NULL), (8, 99, 'xx', 2, NULL, 0, NULL), (9, 7, NULL, 3, NULL, 1, NULL);

CREATE TABLE "Straße 1" (schlüssel BLOB PRIMARY KEY, order_id INTEGER, "select" TEXT);
INSERT INTO "Straße 1" VALUES
    (x'01', 1, 'a'), (x'0102', 1, 'b "quoted"'), (x'', 2, 'ü'), (x'FF', NULL, 'null'), (x'AA', 77, '');

CREATE TABLE lamp (id INTEGER PRIMARY KEY, street BLOB, watt REAL);
INSERT INTO lamp VALUES (1, x'01', 1.5), (2, x'01', 2), (3, x'FF', NULL), (4, NULL, 0.1), (5, x'0909', 3);

CREATE TABLE friend (a INTEGER NOT NULL, b INTEGER NOT NULL, PRIMARY KEY (a, b));
INSERT INTO friend VALUES (1, 2), (2, 1), (1, 1), (3, 1), (3, 99), (4, 5), (5, 4), (5, 6);

-- No key. A pair that stood here twice would be there twice after a selectin load, and once after the others.
CREATE TABLE visited (order_id INTEGER, country_id INTEGER);
INSERT INTO visited VALUES (1, 1), (1, 2), (2, 1), (NULL, 1), (3, NULL), (4, 4), (9, 44);

CREATE TABLE shelf (hall INTEGER, number INTEGER, label TEXT, PRIMARY KEY (hall, number));
INSERT INTO shelf VALUES (1, 1, 'a'), (1, 2, 'b'), (2, 1, 'c');
CREATE TABLE box (id INTEGER PRIMARY KEY, hall INTEGER, number INTEGER, order_id INTEGER);
INSERT INTO box VALUES
    (1, 1, 1, 1), (2, 1, 1, NULL), (3, 1, NULL, 2), (4, NULL, 1, 3), (5, NULL, NULL, 1), (6, 2, 1, 5), (7, 9, 9, 6);
CREATE TABLE note (order_id INTEGER PRIMARY KEY, text TEXT);
INSERT INTO note VALUES (1, 'one'), (3, NULL), (66, 'nobody''s');
