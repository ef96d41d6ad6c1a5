/** What was saved as a job's schema, so that it can be compared and brought back. */
export const schemaVersionsMigration = `
create table apps.schema_version (
  job_id text not null references apps.job on delete cascade,
  version int not null,
  schema jsonb not null,
  saved_at timestamptz not null,
  -- who saved it, and what for
  note text not null,
  primary key (job_id, version)
);

insert into apps.schema_version (job_id, version, schema, saved_at, note)
select id, schema_version, schema, case when schema_version = 0 then created_at else now() end,
  case when schema_version = 0 then 'The template''s mappings' else 'As it was when versions began to be kept' end
from apps.job;
`;
