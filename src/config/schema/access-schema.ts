// The shape of `access-control`, and of the parameters of Kea's own role-based access library, which are the same.

import type { ConfigSchema } from './schema-types.ts'

/** How many entries `roles`, `access-control-lists` and `commands` may each have. */
const most = 1000

const name: ConfigSchema = { type: 'string', minLength: 1, maxLength: 512 }

/** The inside of a list is checked where it is read: lists may be written in many ways, one inside the other. */
const accessList: ConfigSchema = {
  type: ['string', 'object'],
  description:
    'ALL, NONE, READ, WRITE, the name of one of access-control-lists, or a map with one of not, and, or, commands, ' +
    'access, hook, services',
}

const notes = {
  comment: { type: 'string', description: 'a remark, kept as user-context.comment' },
  'user-context': { type: 'object', description: 'a free-form map, kept as it is' },
} as const satisfies ConfigSchema['properties']

const rules = {
  'accept-commands': accessList,
  'reject-commands': accessList,
  'other-commands': {
    type: 'string', enum: ['accept', 'reject'], default: 'reject',
    description: 'what happens to commands that neither list matches',
  },
  'list-match-first': {
    type: 'string', enum: ['accept', 'reject'], default: 'accept',
    description: 'which list decides about commands that both match',
  },
  'response-filters': {
    type: 'array', maxItems: 16, description: 'what is removed from answers',
    items: { type: 'string', enum: ['list-commands', 'redact-secrets'], description: 'what is removed' },
  },
  ...notes,
} as const satisfies ConfigSchema['properties']

function role(description: string): ConfigSchema {
  return { type: 'object', description, properties: rules, required: [], additionalProperties: false }
}

const command: ConfigSchema = {
  type: 'object',
  description: 'a command that the built-in table lacks, or describes differently',
  properties: {
    name: { ...name, description: 'the name of the command' },
    access: { type: 'string', enum: ['read', 'write'], description: 'whether it reads or writes' },
    hook: { type: 'string', maxLength: 512, description: 'the hook library that it belongs to' },
  },
  required: ['name', 'access'],
  additionalProperties: false,
}

export const accessControl: ConfigSchema = {
  type: 'object',
  description: 'who may run which command',
  properties: {
    'assign-role-method': {
      type: 'string', enum: ['remote-address', 'cert-subject', 'cert-issuer', 'basic-authentication'],
      description: 'the property of the caller that selects the role',
    },
    'require-tls': { type: 'boolean', description: 'whether commands over plain HTTP are refused' },
    'api-files': { type: 'string', description: 'a folder of command descriptions, in the form of Kea' },
    commands: { type: 'array', maxItems: most, description: 'further commands', items: command },
    'access-control-lists': {
      type: 'array', maxItems: most, description: 'named lists of commands',
      items: {
        type: 'object', description: 'one name and its list', additionalProperties: accessList, maxProperties: 1,
      },
    },
    roles: {
      type: 'array', maxItems: most, description: 'the roles',
      items: {
        type: 'object', description: 'a role', properties: { name: { ...name, description: 'the name of the role' }, ...rules },
        required: ['name'], additionalProperties: false,
      },
    },
    'default-role': role('the role of callers without this property'),
    'unknown-role': role('the role of callers whose role is not listed'),
    ...notes,
  },
  required: ['assign-role-method'],
  additionalProperties: false,
}
