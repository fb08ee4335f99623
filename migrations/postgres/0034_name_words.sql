-- Each distinct word of a member's name without marks, in the order of names: a unit too large
-- to be looked through is searched by whole words. The folded name, between two blanks, stands
-- in the key: the other words of a search are read from the same row, on either database, each
-- with the blanks around it. Whoever was anonymised is not searched for, and has none.
CREATE TABLE name_word (
    word      TEXT COLLATE "C" NOT NULL,
    sort_key  BYTEA NOT NULL,
    member_id UUID NOT NULL REFERENCES member (id),
    folded    TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (word, sort_key, member_id, folded)
);

-- What stands before the first blank is what taking away the letters before it leaves out.
WITH RECURSIVE split (member_id, sort_key, folded, word, rest) AS (
    SELECT id, sort_key, ' ' || folded || ' ', SUBSTR(folded, 1, 0), folded || ' '
    FROM member WHERE anonymised_on IS NULL
    UNION ALL
    SELECT member_id, sort_key, folded,
           SUBSTR(rest, 1, LENGTH(rest) - LENGTH(LTRIM(rest, REPLACE(rest, ' ', '')))),
           SUBSTR(LTRIM(rest, REPLACE(rest, ' ', '')), 2)
    FROM split WHERE rest <> ''
)
INSERT INTO name_word (word, sort_key, member_id, folded)
SELECT DISTINCT word, sort_key, member_id, folded FROM split WHERE word <> ''
ORDER BY word, sort_key, member_id, folded;

-- The words of somebody who is renamed.
CREATE INDEX name_word_of_member ON name_word (member_id);
