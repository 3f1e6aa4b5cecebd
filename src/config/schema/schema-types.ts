// What a schema of the configuration is written in.

/** The part of JSON Schema that is used here. `false` stands for a keyword that is refused at that place. */
export interface ConfigSchema {
  readonly type: SchemaType | readonly SchemaType[]
  /** What the keyword is for; shown where it is missing. */
  readonly description?: string
  readonly properties?: Keywords
  readonly required?: readonly string[]
  /** `false`: no other keyword. A schema: names are free, and each value looks like this. */
  readonly additionalProperties?: false | ConfigSchema
  readonly propertyNames?: { readonly pattern: string }
  readonly items?: ConfigSchema
  readonly enum?: readonly string[]
  readonly minLength?: number
  /** Used for service names only, so that one sentence can say what is wrong. */
  readonly pattern?: string
  readonly maxLength?: number
  readonly maxItems?: number
  readonly maxProperties?: number
  /** What counts where the keyword is left out; for editors and the documentation. */
  readonly default?: string | number | boolean
  readonly minimum?: number
  readonly maximum?: number
  /** The keyword is accepted, but never suggested. */
  readonly deprecated?: true
}

export type SchemaType = 'object' | 'array' | 'string' | 'integer' | 'boolean'

export type Keywords = Readonly<Record<string, ConfigSchema | false>>
