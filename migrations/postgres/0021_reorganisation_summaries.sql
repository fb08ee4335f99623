-- The table before and after, as it was when the reorganisation was applied: counts of a past
-- day change with what is written down later. detail is in JSON.
CREATE TABLE reorganisation_summary (
    reorganisation_id UUID NOT NULL PRIMARY KEY REFERENCES reorganisation (id),
    detail            TEXT COLLATE "C" NOT NULL
);
