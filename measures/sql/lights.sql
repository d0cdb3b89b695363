-- Locked in the order of their ids like everywhere else, so that nobody who holds several waits in a circle.
SELECT FROM measures_measure m JOIN judged_change c ON c.id = m.id ORDER BY m.id FOR NO KEY UPDATE OF m;

UPDATE measures_measure m
   SET implementation_status = j.implementation, implementation_reasons = j.implementation_reasons,
       potential_status = j.potential, potential_reasons = j.potential_reasons, potential_hollow = j.hollow
  FROM judged_status j, judged_change c
 WHERE c.id = m.id AND j.measure_id = m.id;
