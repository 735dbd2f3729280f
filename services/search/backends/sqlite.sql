-- The search index on SQLite, one object after each blank line: see sqlite.py.

-- The index. Its columns are those of WEIGHTS in base.py; a row's id is its page's.
CREATE VIRTUAL TABLE search_page USING fts5(
  title, names, headings, questions, labels, cjk, body, tokenize='unicode61 remove_diacritics 2'
)

-- Pages to be indexed. Empty except during a bulk load, since a trigger indexes them immediately.
CREATE TABLE search_touched (page_id INTEGER PRIMARY KEY)

-- Has a row during a bulk load, visible in its transaction only.
CREATE TABLE search_paused (paused INTEGER PRIMARY KEY)

CREATE VIEW search_page_type AS
SELECT id FROM django_content_type WHERE app_label = 'services' AND model = 'page'

CREATE VIEW search_source AS
SELECT
  p.id AS id,
  p.title AS title,
  p.abbreviation
    || ' ' || coalesce((SELECT group_concat(value, char(10)) FROM json_each(p.aliases)), '')
    || ' ' || coalesce(json_extract(o.outline, '$.names'), '') AS names,
  json_extract(o.outline, '$.headings') AS headings,
  json_extract(o.outline, '$.questions') AS questions,
  coalesce((SELECT group_concat(name, char(10)) FROM (SELECT t.name
      FROM taggit_taggeditem i JOIN taggit_tag t ON t.id = i.tag_id
      WHERE i.object_id = p.id AND i.content_type_id IN search_page_type ORDER BY t.id)), '')
    || ' ' || coalesce((SELECT group_concat(name, char(10)) FROM (SELECT a.name
      FROM services_attachment a
      WHERE a.page_id = p.id AND a.trashed_at IS NULL ORDER BY a.uuid)), '') AS labels,
  json_extract(o.outline, '$.cjk') AS cjk,
  p.notes AS body
FROM services_page p JOIN (
  SELECT id, CASE WHEN json_valid(outline) THEN outline ELSE '{}' END AS outline FROM services_page
) o ON o.id = p.id
WHERE p.trashed_at IS NULL

CREATE TRIGGER search_index AFTER INSERT ON search_touched
WHEN NOT EXISTS (SELECT 1 FROM search_paused) BEGIN
  DELETE FROM search_page WHERE rowid = NEW.page_id;
  INSERT INTO search_page (rowid, title, names, headings, questions, labels, cjk, body)
    SELECT id, title, names, headings, questions, labels, cjk, body
    FROM search_source WHERE id = NEW.page_id;
  DELETE FROM search_touched WHERE page_id = NEW.page_id;
END

CREATE TRIGGER search_page_made AFTER INSERT ON services_page BEGIN
  INSERT INTO search_touched SELECT NEW.id
    WHERE NEW.id NOT IN (SELECT page_id FROM search_touched);
END

CREATE TRIGGER search_page_changed
AFTER UPDATE OF title, abbreviation, aliases, notes, outline, trashed_at ON services_page BEGIN
  INSERT INTO search_touched SELECT NEW.id
    WHERE NEW.id NOT IN (SELECT page_id FROM search_touched);
END

CREATE TRIGGER search_page_gone AFTER DELETE ON services_page BEGIN
  DELETE FROM search_page WHERE rowid = OLD.id;
  DELETE FROM search_touched WHERE page_id = OLD.id;
END

CREATE TRIGGER search_tag_put AFTER INSERT ON taggit_taggeditem
WHEN NEW.content_type_id IN search_page_type BEGIN
  INSERT INTO search_touched SELECT NEW.object_id
    WHERE NEW.object_id NOT IN (SELECT page_id FROM search_touched);
END

CREATE TRIGGER search_tag_moved AFTER UPDATE ON taggit_taggeditem
WHEN NEW.content_type_id IN search_page_type OR OLD.content_type_id IN search_page_type BEGIN
  INSERT INTO search_touched SELECT OLD.object_id
    WHERE OLD.object_id NOT IN (SELECT page_id FROM search_touched);
  INSERT INTO search_touched SELECT NEW.object_id
    WHERE NEW.object_id NOT IN (SELECT page_id FROM search_touched);
END

CREATE TRIGGER search_tag_taken AFTER DELETE ON taggit_taggeditem
WHEN OLD.content_type_id IN search_page_type BEGIN
  INSERT INTO search_touched SELECT OLD.object_id
    WHERE OLD.object_id NOT IN (SELECT page_id FROM search_touched);
END

CREATE TRIGGER search_tag_renamed AFTER UPDATE OF name ON taggit_tag BEGIN
  INSERT INTO search_touched SELECT object_id FROM taggit_taggeditem
    WHERE tag_id = NEW.id AND content_type_id IN search_page_type
    AND object_id NOT IN (SELECT page_id FROM search_touched);
END

CREATE TRIGGER search_file_put AFTER INSERT ON services_attachment
WHEN NEW.page_id IS NOT NULL BEGIN
  INSERT INTO search_touched SELECT NEW.page_id
    WHERE NEW.page_id NOT IN (SELECT page_id FROM search_touched);
END

CREATE TRIGGER search_file_changed
AFTER UPDATE OF name, page_id, trashed_at ON services_attachment BEGIN
  INSERT INTO search_touched SELECT OLD.page_id WHERE OLD.page_id IS NOT NULL
    AND OLD.page_id NOT IN (SELECT page_id FROM search_touched);
  INSERT INTO search_touched SELECT NEW.page_id WHERE NEW.page_id IS NOT NULL
    AND NEW.page_id NOT IN (SELECT page_id FROM search_touched);
END

CREATE TRIGGER search_file_gone AFTER DELETE ON services_attachment
WHEN OLD.page_id IS NOT NULL BEGIN
  INSERT INTO search_touched SELECT OLD.page_id
    WHERE OLD.page_id NOT IN (SELECT page_id FROM search_touched);
END
