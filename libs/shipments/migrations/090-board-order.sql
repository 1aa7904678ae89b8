-- In exactly the order that the board is read in when nobody says otherwise: without amounts last, so that nothing is left to be sorted.
drop index board_by_consequence;
create index board_by_consequence on board (tenant_id, due, payable desc nulls last, key);
