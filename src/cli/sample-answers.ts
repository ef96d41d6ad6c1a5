/** Answers of a server, as the tests of this room need them. */
import type {
  AttributeDefinition,
  AttributeMapping,
  CycleCounts,
  CycleReport,
  ImportSummary,
  JobStatus,
  MappingTest,
  OnDemandResult,
  Progress,
  ProvisioningEntry,
  SchemaAnswer,
  ScopeMove,
  ScopePreview,
  ServerStatus,
  TestedMapping,
} from "#api/contract";

const counts: CycleCounts = {
  total: 4,
  done: 4,
  created: 3,
  updated: 0,
  enabled: 0,
  disabled: 0,
  deleted: 0,
  skipped: 1,
  unchanged: 0,
  failed: 0,
  held: 0,
  requests: 9,
};

export const reportOf = (changes: Partial<CycleReport> = {}, counted: Partial<CycleCounts> = {}): CycleReport => ({
  id: "cycle-1",
  jobId: "job-1",
  kind: "initial",
  state: "succeeded",
  beganAt: "2025-03-01T11:59:00.000Z",
  endedAt: "2025-03-01T11:59:12.000Z",
  counts: { ...counts, ...counted },
  error: null,
  ...changes,
});

export const progressOf = (done: number): Progress => ({
  jobId: "job-1",
  cycle: reportOf({ state: "running", endedAt: null }, { done }),
  phase: "writing",
  rate: 2,
  secondsLeft: 1,
});

export const jobOf = (changes: Partial<JobStatus> = {}): JobStatus => ({
  jobId: "job-1",
  appId: "app-1",
  state: "active",
  counts: { inScope: 4, inStep: 3, pending: 0, failed: 0, held: 1, givenUp: 0, ignored: 0 },
  running: null,
  lastCycle: reportOf(),
  quarantine: null,
  notices: [],
  nextRun: null,
  ...changes,
});

export const statusOf = (changes: Partial<ServerStatus> = {}): ServerStatus => ({
  version: "0.1.0",
  url: "http://127.0.0.1:8400",
  startedAt: "2025-03-01T11:55:00.000Z",
  database: "PGlite in .lockstep",
  sandbox: null,
  users: 5,
  groups: 1,
  apps: [{ id: "app-1", displayName: "ThousandEyes", templateId: "thousandeyes", jobs: [jobOf()] }],
  ...changes,
});

export const entryOf = (id: string, changes: Partial<ProvisioningEntry> = {}): ProvisioningEntry => ({
  id,
  activityDateTime: "2025-03-01T11:59:05.000Z",
  tenantId: "tenant",
  jobId: "job-1",
  cycleId: "cycle-1",
  changeId: "change-1",
  provisioningAction: "create",
  durationInMilliseconds: 12,
  initiatedBy: { id: "", displayName: "", initiatorType: "system" },
  servicePrincipal: { id: "app-1", displayName: "ThousandEyes" },
  sourceSystem: { id: "source", displayName: "Directory", details: {} },
  targetSystem: { id: "target", displayName: "ThousandEyes", details: {} },
  sourceIdentity: { id: "user-1", displayName: "Ada Berg", identityType: "User", details: {} },
  targetIdentity: { id: "", displayName: "", identityType: "User", details: {} },
  provisioningStatusInfo: { status: "success", errorInformation: null },
  provisioningSteps: [
    {
      name: "EntryImportAdd",
      provisioningStepType: "import",
      status: "success",
      description: "Read from the directory.",
      details: { userPrincipalName: "ada@contoso.example" },
    },
  ],
  modifiedProperties: [{ displayName: "userName", oldValue: null, newValue: "ada@contoso.example" }],
  explanation: "Assigned directly, and without an account so far.",
  ...changes,
});

export const onDemandOf = (changes: Partial<OnDemandResult> = {}): OnDemandResult => ({
  entry: entryOf("entry-1"),
  action: "create",
  changes: [],
  dry: false,
  exchanges: [],
  ...changes,
});

const none = { read: 0, added: 0, changed: 0, unchanged: 0, restored: 0, removed: 0 };

export const importOf = (changes: Partial<ImportSummary> = {}): ImportSummary => ({
  source: "people",
  format: "csv",
  dryRun: false,
  anchor: "employeeId",
  columns: [
    { column: "E-Mail", attribute: "mail", note: null },
    { column: "shoe", attribute: null, note: null },
  ],
  users: { ...none, read: 3, added: 2 },
  groups: none,
  links: { managersChanged: 0, membersAdded: 0, membersRemoved: 0 },
  removal: { outcome: "not-asked", missing: 0, reason: null },
  problems: [{ line: 3, field: "mail", reason: "It is no address.", value: "=x", effect: "row-skipped" }],
  problemCount: 1,
  sample: [],
  warnings: [],
  ...changes,
});

const mappingOf = (target: string, attribute: string, matchingPriority = 0): AttributeMapping => ({
  targetAttributeName: target,
  source: { type: "Attribute", name: attribute, expression: `[${attribute}]`, parameters: [] },
  defaultValue: null,
  matchingPriority,
  flowBehavior: "FlowWhenChanged",
  flowType: "Always",
  exportMissingReferences: false,
});

const attributeOf = (name: string, changes: Partial<AttributeDefinition> = {}): AttributeDefinition => ({
  name,
  type: "String",
  anchor: false,
  caseExact: false,
  multivalued: false,
  required: false,
  flowNullValues: false,
  mutability: "ReadWrite",
  defaultValue: null,
  apiExpressions: [],
  metadata: [],
  referencedObjects: [],
  ...changes,
});

const directoryOf = (name: string, object: string, attributes: readonly AttributeDefinition[]) => ({
  id: name,
  name,
  version: "v1.0",
  readOnly: false,
  discoverabilities: "None",
  discoveryDateTime: null,
  objects: [{ name: object, supportedApis: [], metadata: [], attributes }],
});

/** Users alone: userName, which matches, and displayName; title can be mapped. */
export const schemaAnswerOf = (changes: Partial<SchemaAnswer["objects"][number]> = {}): SchemaAnswer => ({
  version: "v1.4",
  objects: [{ type: "User", rule: 0, mapping: 0, filters: [], ...changes }],
  schema: {
    id: "job-1",
    version: "v1.4",
    synchronizationRules: [
      {
        id: "rule",
        name: "USER_OUTBOUND_USER",
        priority: 1,
        editable: true,
        sourceDirectoryName: "Directory",
        targetDirectoryName: "ThousandEyes",
        containerFilter: null,
        groupFilter: null,
        metadata: [],
        objectMappings: [
          {
            name: "Users",
            enabled: true,
            flowTypes: "Add, Update, Delete",
            sourceObjectName: "User",
            targetObjectName: "Account",
            metadata: [],
            scope: null,
            attributeMappings: [mappingOf("userName", "userPrincipalName", 1), mappingOf("displayName", "displayName")],
          },
        ],
      },
    ],
    directories: [
      directoryOf("Directory", "User", [attributeOf("userPrincipalName", { required: true }), attributeOf("jobTitle")]),
      directoryOf("ThousandEyes", "Account", [
        attributeOf("userName", { required: true }),
        attributeOf("displayName"),
        attributeOf("title"),
      ]),
    ],
  },
});

export const moveOf = (displayName: string, changes: Partial<ScopeMove> = {}): ScopeMove => ({
  objectId: displayName,
  displayName,
  userPrincipalName: `${displayName.toLowerCase()}@contoso.example`,
  because: `${displayName} does not pass the filter "Filter 1": department is "Sales".`,
  effect: "disable",
  ...changes,
});

export const scopeOf = (changes: Partial<ScopePreview> = {}): ScopePreview => ({
  objectType: "User",
  considered: 5,
  inScopeNow: 4,
  inScopeThen: 4,
  entering: { count: 0, first: [] },
  leaving: { count: 0, first: [] },
  guard: null,
  ...changes,
});

export const testedOf = (path: string, changes: Partial<TestedMapping> = {}): TestedMapping => ({
  path,
  kind: "direct",
  origin: `[${path}]`,
  read: [],
  value: "Ada",
  from: "mapping",
  flows: "always",
  present: "Ada",
  outcome: "same",
  matchingPriority: 0,
  message: null,
  ...changes,
});

export const mappingTestOf = (changes: Partial<MappingTest> = {}): MappingTest => ({
  objectId: "user-1",
  objectType: "User",
  displayName: "Ada Berg",
  action: "update",
  explanation: "The account of Ada Berg would be updated.",
  mappings: [testedOf("displayName")],
  targetId: "account-1",
  notAsked: null,
  ...changes,
});
