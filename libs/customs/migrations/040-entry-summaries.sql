-- The entry summary of the United States: a second filing about what was released, sent under the same three steps as a request.
alter table requests drop constraint requests_purpose_check;
alter table requests add constraint requests_purpose_check check (purpose in ('amend', 'cancel', 'arrive', 'summarise'));
