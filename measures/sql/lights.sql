UPDATE measures_measure m
   SET implementation_status = j.implementation, implementation_reasons = j.implementation_reasons,
       potential_status = j.potential, potential_reasons = j.potential_reasons, potential_hollow = j.hollow
  FROM judged_status j, judged_change c
 WHERE c.id = m.id AND j.measure_id = m.id;
