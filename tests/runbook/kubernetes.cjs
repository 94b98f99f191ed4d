// Usage: node kubernetes.cjs MODULES <DOCUMENTS.json
//
// Checks Kubernetes objects against the schemas of the API, as compiled in the npm package
// kubernetes-models: types, required fields, and, because the API server drops what it does not know,
// fields that the schemas do not have: those that the validator never asks for.

const path = require("path");
const fs = require("fs");

const schemas = path.join(path.resolve(process.argv[2]), "kubernetes-models", "_schemas");
const NAMES = {
  "v1 PersistentVolumeClaim": "IoK8sApiCoreV1PersistentVolumeClaim",
  "apps/v1 Deployment": "IoK8sApiAppsV1Deployment",
  "batch/v1 Job": "IoK8sApiBatchV1Job",
  "batch/v1 CronJob": "IoK8sApiBatchV1CronJob",
};

// The document, noting which of its fields are read; maps of any keys are read as a whole.
function watched(value, place, unread) {
  if (value === null || typeof value !== "object") return value;
  const seen = {};
  for (const key of Object.keys(value)) {
    unread.add(`${place}.${key}`);
    seen[key] = watched(value[key], `${place}.${key}`, unread);
  }
  return new Proxy(Array.isArray(value) ? Object.values(seen) : seen, {
    get(target, key, receiver) {
      unread.delete(`${place}.${String(key)}`);
      return Reflect.get(target, key, receiver);
    },
  });
}

let faults = 0;
for (const document of JSON.parse(fs.readFileSync(0, "utf8"))) {
  const kind = `${document.apiVersion} ${document.kind}`;
  const name = document.metadata.name ?? document.metadata.generateName;
  const { validate } = require(path.join(schemas, `${NAMES[kind]}.js`));
  const unread = new Set();
  const valid = validate(watched(document, "", unread));
  for (const error of valid ? [] : validate.errors) {
    console.log(`${kind} ${name}: ${error.instancePath} ${JSON.stringify(error.params)}`);
    faults++;
  }
  for (const field of unread) {
    console.log(`${kind} ${name}: there is no field ${field}`);
    faults++;
  }
}
process.exit(faults ? 1 : 0);
