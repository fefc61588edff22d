/** Types of resources that the emulator's CloudFormation refuses. Nothing that runs there needs them. */
export const typesUnknownToEmulator: readonly string[] = [
  // A saved query, for people.
  'AWS::Logs::QueryDefinition',
  // Denies the secret to others; the emulator checks no rights.
  'AWS::SecretsManager::ResourcePolicy',
];
