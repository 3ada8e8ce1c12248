-- +goose Up
-- When the follows that ended had begun, of those whose beginning no event told: the mirror
-- forgets it as soon as the two meet again.
INSERT INTO customer_history (id, corp_id, member_id, customer, kind, repaired, at)
SELECT f.id, f.corp_id, f.member_id, f.customer, CASE WHEN f.add_way = 202 THEN 'taken' ELSE 'added' END, FALSE, f.added_at
FROM mirror_follow AS f
WHERE f.standing > 2 AND f.added_at < f.ended_at
    AND NOT EXISTS (SELECT 1 FROM customer_history AS h
        WHERE h.corp_id = f.corp_id AND h.customer = f.customer AND h.member_id = f.member_id
            AND h.kind IN ('added', 'again', 'half', 'taken') AND h.at >= f.added_at - 60000 AND h.at <= f.added_at + 60000)
ON CONFLICT DO NOTHING;

-- +goose Down
SELECT 1;
