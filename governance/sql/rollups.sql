-- Every node and every entry of the other cuts, summed from the measures directly (domain §5).
DROP TABLE IF EXISTS judged_sum, judged_rollup;
CREATE TEMP TABLE judged_sum ON COMMIT DROP AS
WITH reached AS (
  SELECT 'node' AS cut, c.ancestor_id AS key_id, s.*
    FROM (SELECT node_id, {sums}, max(worst) AS worst FROM judged_share GROUP BY node_id) s
    JOIN portfolio_nodeclosure c ON c.descendant_id = s.node_id
), nodes AS (
  SELECT n.id AS key_id, n.parent_id, n.kind, {sums_or_nought},
         max(r.worst) FILTER (WHERE r.node_id = n.id) AS worst_measure
    FROM portfolio_node n
    LEFT JOIN reached r ON r.key_id = n.id
   GROUP BY n.id
), others AS (
  SELECT CASE WHEN GROUPING(business_unit_id) = 0 THEN 'business_unit'
              WHEN GROUPING(legal_entity_id) = 0 THEN 'legal_entity'
              WHEN GROUPING(function_id) = 0 THEN 'function' ELSE 'controller' END AS cut,
         coalesce(business_unit_id, legal_entity_id, function_id, controller_id) AS key_id,
         {sums_or_nought}, max(worst) AS worst_measure
    FROM judged_share r
   GROUP BY GROUPING SETS ((business_unit_id), (legal_entity_id), (function_id), (controller_id))
)
SELECT 'node' AS cut, key_id, parent_id, {names}, worst_measure FROM nodes
 UNION ALL
SELECT cut, key_id, NULL, {names}, worst_measure FROM others;

CREATE TEMP TABLE judged_rollup ON COMMIT DROP AS
WITH ranked AS (
  SELECT s.*,
         CASE WHEN weight = 0 THEN 0
              WHEN weight_red >= %(red_share_red)s * weight THEN 3
              WHEN weight_red >= %(red_share_amber)s * weight
                OR weight_red + weight_amber >= %(troubled_share_amber)s * weight THEN 2 ELSE 1 END AS work,
         CASE WHEN committed_abs = 0 THEN 0
              WHEN forecast - committed < -(1 - %(attainment_red)s) * committed_abs
                OR exposed >= %(exposed_red)s * committed_abs THEN 3
              WHEN forecast - committed < -(1 - %(attainment_amber)s) * committed_abs
                OR exposed >= %(exposed_amber)s * committed_abs THEN 2 ELSE 1 END AS by_year,
         CASE WHEN one_off_committed_abs = 0 THEN 0
              WHEN one_off_forecast - one_off_committed < -(1 - %(attainment_red)s) * one_off_committed_abs
                OR one_off_exposed >= %(exposed_red)s * one_off_committed_abs THEN 3
              WHEN one_off_forecast - one_off_committed < -(1 - %(attainment_amber)s) * one_off_committed_abs
                OR one_off_exposed >= %(exposed_amber)s * one_off_committed_abs THEN 2 ELSE 1 END AS by_sum
    FROM judged_sum s
), lit AS (
  SELECT r.*, greatest(by_year, by_sum) AS money,
         CASE WHEN cut = 'node' THEN ARRAY[greatest(work, by_year, by_sum), greatest(by_year, by_sum), work,
           exposed + one_off_exposed, committed_abs + one_off_committed_abs, -key_id]::numeric[] END AS rank
    FROM ranked r
), children AS (
  SELECT parent_id, max(rank) AS worst_node FROM lit WHERE parent_id IS NOT NULL GROUP BY parent_id
)
SELECT l.cut, l.key_id,
       (ARRAY['grey', 'green', 'amber', 'red'])[l.work + 1] AS implementation,
       (ARRAY['grey', 'green', 'amber', 'red'])[l.money + 1] AS potential,
       {kept_names},
       jsonb_build_object(
         'implementation', jsonb_build_object('green', work_green, 'amber', work_amber, 'red', work_red, 'grey', work_grey),
         'potential', jsonb_build_object('green', money_green, 'amber', money_amber, 'red', money_red, 'grey', money_grey)
       ) AS counts,
       -- A child without any judged light is not the worst of anything.
       CASE WHEN c.worst_node[1] > 0 THEN 'node' WHEN l.worst_measure[1] > 0 THEN 'measure' ELSE '' END AS worst_child_kind,
       CASE WHEN c.worst_node[1] > 0 THEN -c.worst_node[6]
            WHEN l.worst_measure[1] > 0 THEN -l.worst_measure[6] END::bigint AS worst_child_id
  FROM lit l
  LEFT JOIN children c ON c.parent_id = l.key_id AND l.cut = 'node';
ANALYZE judged_rollup;
