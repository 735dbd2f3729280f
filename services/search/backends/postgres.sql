-- The search index on PostgreSQL: see postgres.py, which inserts the collation and creates the triggers.

-- A GIN index stores no weights, so besides `words` there are two smaller vectors: a word of very many
-- pages is searched in titles and names only (`title`), or in all but the notes (`marks`).
CREATE TABLE IF NOT EXISTS search_page (
  page_id bigint PRIMARY KEY, title tsvector NOT NULL, marks tsvector NOT NULL,
  words tsvector NOT NULL
);
CREATE INDEX IF NOT EXISTS search_page_title ON search_page USING gin (title) WITH (fastupdate = off);
CREATE INDEX IF NOT EXISTS search_page_marks ON search_page USING gin (marks) WITH (fastupdate = off);
CREATE INDEX IF NOT EXISTS search_page_words ON search_page USING gin (words) WITH (fastupdate = off);
CREATE TABLE IF NOT EXISTS search_touched (page_id bigint PRIMARY KEY);

-- Return a text without case and accents, and with only spaces between words: the parser of PostgreSQL
-- would see a file in "ECS/EKS" and a host in "a.b".
CREATE OR REPLACE FUNCTION search_fold(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT regexp_replace(normalize(regexp_replace(
    lower(normalize($1, NFKD) /*collation*/), '[\u0300-\u036f]+', '', 'g'), NFC),
    '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u2000-\u206f\u3000-\u3004/*marks*/]+',
    ' ', 'g')
$$;
-- Return a vector with the words of a text added. A vector may have 1 MB, so of a very long text only
-- as much is added as fits: a page that cannot be indexed could not be saved.
CREATE OR REPLACE FUNCTION search_add(whole tsvector, label "char", added text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE size int := least(length(coalesce(added, '')), 250000);
BEGIN
  LOOP
    BEGIN
      RETURN whole
        || setweight(to_tsvector('simple', search_fold(left(coalesce(added, ''), size))), label);
    EXCEPTION WHEN program_limit_exceeded THEN size := size / 2; END;
  END LOOP;
END $$;
-- Return a page's outline; an empty object if it is not valid JSON.
CREATE OR REPLACE FUNCTION search_outline(text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
  BEGIN RETURN CASE WHEN $1 = '' THEN '{}' ELSE $1 END::jsonb;
  EXCEPTION WHEN others THEN RETURN '{}'::jsonb; END $$;
CREATE OR REPLACE VIEW search_source AS
SELECT v.id AS page_id, v.title,
  search_add(search_add(v.title, 'B', v.headings), 'C', v.questions) AS marks,
  search_add(search_add(search_add(v.title, 'B', v.headings), 'C', v.questions), 'D', v.body) AS words
FROM (SELECT p.id,
  search_add(search_add('', 'A', p.title), 'A', concat_ws(' ', p.abbreviation,
    (SELECT string_agg(value, ' ') FROM jsonb_array_elements_text(
      CASE jsonb_typeof(p.aliases) WHEN 'array' THEN p.aliases ELSE '[]'::jsonb END)),
    o.outline ->> 'names')) AS title,
  o.outline ->> 'headings' AS headings,
  concat_ws(' ', o.outline ->> 'questions',
    (SELECT string_agg(t.name, ' ' ORDER BY t.id) FROM taggit_taggeditem i JOIN taggit_tag t ON t.id = i.tag_id
      WHERE i.object_id = p.id AND i.content_type_id = (SELECT id FROM django_content_type WHERE app_label = 'services' AND model = 'page')),
    (SELECT string_agg(a.name, ' ' ORDER BY a.uuid) FROM services_attachment a
      WHERE a.page_id = p.id AND a.trashed_at IS NULL)) AS questions,
  concat_ws(' ', left(p.notes, 250000 - least(250000 / 2,
    length(coalesce(o.outline ->> 'cjk', '')))), o.outline ->> 'cjk') AS body
  FROM services_page p CROSS JOIN LATERAL (SELECT search_outline(p.outline) AS outline) o
  WHERE p.trashed_at IS NULL) v;
-- Index a page again, or during a bulk load note that it has changed.
CREATE OR REPLACE FUNCTION search_touch(page bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF page IS NULL THEN RETURN; END IF;
  IF current_setting('search.paused', true) = 'on' THEN
    INSERT INTO search_touched VALUES (page) ON CONFLICT DO NOTHING;
    RETURN;
  END IF;
  DELETE FROM search_page WHERE page_id = page;
  INSERT INTO search_page SELECT * FROM search_source WHERE page_id = page
    ON CONFLICT (page_id) DO UPDATE
    SET title = excluded.title, marks = excluded.marks, words = excluded.words;
END $$;
CREATE OR REPLACE FUNCTION search_page_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' THEN DELETE FROM search_page;
  ELSIF TG_OP = 'DELETE' THEN DELETE FROM search_page WHERE page_id = OLD.id;
  ELSE PERFORM search_touch(NEW.id); END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION search_tag_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' AND OLD.content_type_id = (SELECT id FROM django_content_type WHERE app_label = 'services' AND model = 'page') THEN
    PERFORM search_touch(OLD.object_id::bigint); END IF;
  IF TG_OP <> 'DELETE' AND NEW.content_type_id = (SELECT id FROM django_content_type WHERE app_label = 'services' AND model = 'page') THEN
    -- Wait for a rename of the tag: it would not see this row, nor this row the new name.
    PERFORM FROM taggit_tag WHERE id = NEW.tag_id FOR SHARE;
    PERFORM search_touch(NEW.object_id::bigint); END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION search_tag_renamed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- In the order in which all transactions lock pages.
  PERFORM search_touch(page) FROM (SELECT object_id::bigint AS page FROM taggit_taggeditem
    WHERE tag_id = NEW.id AND content_type_id = (SELECT id FROM django_content_type WHERE app_label = 'services' AND model = 'page')
    ORDER BY object_id) tagged;
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION search_file_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN PERFORM search_touch(OLD.page_id); END IF;
  IF TG_OP = 'INSERT' OR (TG_OP = 'UPDATE' AND NEW.page_id IS DISTINCT FROM OLD.page_id) THEN
    PERFORM search_touch(NEW.page_id); END IF;
  RETURN NULL;
END $$;
