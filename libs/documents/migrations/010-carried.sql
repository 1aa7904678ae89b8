-- The paper of the whole that a paper of a part is, with how much of each line it covers; null for papers that came in themselves.
alter table documents add column carried jsonb;
