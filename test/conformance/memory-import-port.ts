import type {
  AttributeValue,
  ExistingObject,
  ImportedObject,
  ImportPort,
  ObjectKind,
  Reference,
  RefusedRow,
  UnresolvedReference,
} from "#sources";

interface StoredObject {
  readonly kind: ObjectKind;
  readonly id: string;
  readonly source: string;
  readonly anchor: string;
  locator: string | null;
  readonly attributes: Map<string, AttributeValue>;
  deleted: boolean;
}

/** A directory in memory, shared by the ports of several sources: the smallest thing that keeps the contract of ImportPort. */
export class MemoryDirectory {
  readonly objects: StoredObject[] = [];
  readonly managers = new Map<string, string>();
  readonly members = new Map<string, Set<string>>();
  readonly anchorFields = new Map<string, string>();
  /** Sizes of all batches that were written, looked up, linked or removed. */
  readonly batchSizes: number[] = [];
  writes = 0;

  port(source: string): ImportPort {
    return new MemoryImportPort(this, source);
  }

  /** Live people by userPrincipalName. */
  user(upn: string): StoredObject | undefined {
    return this.objects.find(
      (object) =>
        object.kind === "user" &&
        !object.deleted &&
        lower(object.attributes.get("userPrincipalName")) === upn.toLowerCase(),
    );
  }

  userPrincipalNames(): string[] {
    const live = this.objects.filter((object) => object.kind === "user" && !object.deleted);
    return live.map((object) => String(object.attributes.get("userPrincipalName"))).sort();
  }

  attributes(upn: string): Record<string, AttributeValue> {
    return Object.fromEntries(this.user(upn)?.attributes ?? []);
  }

  managerOf(upn: string): string | null {
    const manager = this.objects.find((object) => object.id === this.managers.get(this.user(upn)?.id ?? ""));
    return manager === undefined ? null : String(manager.attributes.get("userPrincipalName"));
  }

  /** Live groups by name with the names of their members. */
  groups(): Record<string, string[]> {
    const groups = this.objects.filter((object) => object.kind === "group" && !object.deleted);
    return Object.fromEntries(
      groups.map((group) => {
        const members = [...(this.members.get(group.id) ?? [])].map(
          (id) => this.objects.find((object) => object.id === id)!,
        );
        const names = members.map((member) =>
          String(member.attributes.get("userPrincipalName") ?? member.attributes.get("displayName")),
        );
        return [String(group.attributes.get("displayName")), names.sort()];
      }),
    );
  }
}

class MemoryImportPort implements ImportPort {
  readonly #directory: MemoryDirectory;
  readonly #source: string;
  readonly #own = new Map<string, StoredObject>();

  constructor(directory: MemoryDirectory, source: string) {
    this.#directory = directory;
    this.#source = source;
    for (const object of directory.objects)
      if (object.source === source) this.#own.set(`${object.kind}:${object.anchor}`, object);
  }

  async anchorField() {
    return this.#directory.anchorFields.get(this.#source) ?? null;
  }

  async rememberAnchorField(field: string) {
    this.#directory.anchorFields.set(this.#source, field);
  }

  async lookup(kind: ObjectKind, anchors: readonly string[]) {
    this.#directory.batchSizes.push(anchors.length);
    const found = new Map<string, ExistingObject>();
    for (const anchor of anchors) {
      const object = this.#own.get(`${kind}:${anchor}`);
      if (object !== undefined) found.set(anchor, this.#show(object));
    }
    return found;
  }

  async find(references: readonly Reference[]) {
    return references.map((reference) => {
      const object = this.#resolve(reference, null);
      return object === null ? null : this.#show(object);
    });
  }

  async write(batch: { readonly users: readonly ImportedObject[]; readonly groups: readonly ImportedObject[] }) {
    const directory = this.#directory;
    directory.writes += 1;
    directory.batchSizes.push(batch.users.length + batch.groups.length);
    const refused: RefusedRow[] = [];
    const leaving = new Set(
      batch.users
        .filter((row) => row.attributes.userPrincipalName !== undefined)
        .map((row) => this.#own.get(`user:${row.anchor}`)?.id),
    );
    const principals = new Map<string, StoredObject>();
    for (const object of directory.objects) {
      const upn = lower(object.attributes.get("userPrincipalName"));
      if (upn !== null && !object.deleted && !leaving.has(object.id)) principals.set(upn, object);
    }
    for (const [kind, rows] of [
      ["user", batch.users],
      ["group", batch.groups],
    ] as const) {
      for (const row of rows) {
        const upn = lower(row.attributes.userPrincipalName);
        if (upn !== null && principals.has(upn)) {
          refused.push({
            kind,
            line: row.line,
            anchor: row.anchor,
            field: "userPrincipalName",
            reason: "is held by somebody else",
          });
          continue;
        }
        const object = this.#own.get(`${kind}:${row.anchor}`) ?? this.#create(kind, row.anchor);
        object.deleted = false;
        object.locator = row.locator;
        for (const [name, value] of Object.entries(row.attributes)) {
          if (value === null) object.attributes.delete(name);
          else object.attributes.set(name, value);
        }
        if (upn !== null) principals.set(upn, object);
      }
    }
    return { refused };
  }

  async writeLinks(batch: Parameters<ImportPort["writeLinks"]>[0], { dryRun }: { readonly dryRun: boolean }) {
    const directory = this.#directory;
    directory.batchSizes.push(batch.managers.length + batch.members.length + batch.memberships.length);
    const unresolved: UnresolvedReference[] = [];
    const counts = { managersChanged: 0, membersAdded: 0, membersRemoved: 0 };
    const resolve = (
      line: number,
      field: UnresolvedReference["field"],
      reference: Reference,
      kind: ObjectKind | null,
    ) => {
      const object = this.#resolve(reference, kind);
      if (object === null) unresolved.push({ line, field, reference });
      return object;
    };
    for (const { user, manager, line } of batch.managers) {
      const subject = resolve(line, "subject", user, "user");
      const wanted = manager === null ? null : resolve(line, "manager", manager, "user");
      if (subject === null || (manager !== null && wanted === null)) continue;
      if ((directory.managers.get(subject.id) ?? null) === (wanted?.id ?? null)) continue;
      counts.managersChanged += 1;
      if (dryRun) continue;
      if (wanted === null) directory.managers.delete(subject.id);
      else directory.managers.set(subject.id, wanted.id);
    }
    const change = (group: string, member: string, present: boolean) => {
      const set = directory.members.get(group) ?? new Set();
      if (set.has(member) === present) return;
      counts[present ? "membersAdded" : "membersRemoved"] += 1;
      if (dryRun) return;
      if (present) set.add(member);
      else set.delete(member);
      directory.members.set(group, set);
    };
    for (const { group, members, mode, line } of batch.members) {
      const subject = resolve(line, "subject", group, "group");
      if (subject === null) continue;
      const wanted = new Set(members.flatMap((member) => resolve(line, "members", member, null)?.id ?? []));
      for (const id of wanted) change(subject.id, id, mode !== "remove");
      if (mode !== "replace") continue;
      for (const id of [...(directory.members.get(subject.id) ?? [])])
        if (!wanted.has(id)) change(subject.id, id, false);
    }
    for (const { user, groups, mode, line } of batch.memberships) {
      const subject = resolve(line, "subject", user, "user");
      if (subject === null) continue;
      const wanted = new Set(groups.flatMap((group) => resolve(line, "memberOf", group, "group")?.id ?? []));
      for (const id of wanted) change(id, subject.id, true);
      if (mode !== "replace") continue;
      const own = directory.objects.filter((object) => object.kind === "group" && object.source === this.#source);
      for (const group of own) if (!wanted.has(group.id)) change(group.id, subject.id, false);
    }
    return { ...counts, unresolved };
  }

  async list(kind: ObjectKind, after: string | null, limit: number) {
    const live = [...this.#own.values()].filter((object) => object.kind === kind && !object.deleted);
    return live
      .map((object) => ({
        anchor: object.anchor,
        name: String(object.attributes.get(kind === "user" ? "userPrincipalName" : "displayName")),
      }))
      .sort((one, other) => (one.anchor < other.anchor ? -1 : 1))
      .filter((row) => after === null || row.anchor > after)
      .slice(0, limit);
  }

  async remove(kind: ObjectKind, anchors: readonly string[]) {
    this.#directory.batchSizes.push(anchors.length);
    let removed = 0;
    for (const anchor of anchors) {
      const object = this.#own.get(`${kind}:${anchor}`);
      if (object === undefined || object.deleted) continue;
      object.deleted = true;
      removed += 1;
    }
    return removed;
  }

  #create(kind: ObjectKind, anchor: string): StoredObject {
    const id = `${this.#source}/${kind}/${this.#directory.objects.length}`;
    const object: StoredObject = {
      kind,
      id,
      source: this.#source,
      anchor,
      locator: null,
      attributes: new Map(),
      deleted: false,
    };
    this.#directory.objects.push(object);
    this.#own.set(`${kind}:${anchor}`, object);
    return object;
  }

  #show(object: StoredObject): ExistingObject {
    const { kind, id, locator, deleted } = object;
    const anchor = object.source === this.#source ? object.anchor : null;
    return { kind, id, anchor, locator, deleted, attributes: Object.fromEntries(object.attributes) };
  }

  #resolve(reference: Reference, kind: ObjectKind | null): StoredObject | null {
    const orders =
      reference.by === "any"
        ? (["anchor", "locator", "userPrincipalName", "mail"] as const)
        : ([reference.by] as const);
    const live = this.#directory.objects.filter((object) => !object.deleted && (kind === null || object.kind === kind));
    const own = live.filter((object) => object.source === this.#source);
    for (const by of orders) {
      for (const candidates of by === "anchor" || by === "locator" ? [own] : [own, live]) {
        const found = candidates.filter((object) => fits(object, by, reference.value));
        if (found.length === 1) return found[0]!;
        if (found.length > 1) return null;
      }
    }
    return null;
  }
}

function fits(object: StoredObject, by: Exclude<Reference["by"], "any">, value: string): boolean {
  const wanted = value.toLowerCase();
  if (by === "anchor") return object.anchor === value;
  if (by === "locator") return object.locator === wanted;
  if (by === "name")
    return (
      object.kind === "group" && (lower(object.attributes.get("displayName")) === wanted || object.anchor === value)
    );
  return object.kind === "user" && lower(object.attributes.get(by)) === wanted;
}

function lower(value: unknown): string | null {
  return typeof value === "string" ? value.toLowerCase() : null;
}
