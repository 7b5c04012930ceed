import { useState } from 'preact/hooks'
import { type Rights, Role, Seniority } from '../../src/wire/desk.ts'
import { ROLES } from '../words.ts'

interface RightsFieldsProps {
  readonly rights: Rights
  onRights(rights: Rights): void
}

/** Roles, seniority and teams. */
export function RightsFields({ rights, onRights }: RightsFieldsProps) {
  const { roles } = rights
  const [teams, setTeams] = useState(rights.teams.join(' '))
  const toggle = (role: Role): void =>
    onRights({ ...rights, roles: roles.includes(role) ? roles.filter((each) => each !== role) : [...roles, role] })
  return (
    <>
      <fieldset>
        <legend>Roles</legend>
        {Role.options.map((role) => (
          <label key={role} class="check">
            <input type="checkbox" checked={roles.includes(role)} onChange={() => toggle(role)} />
            <span>
              <strong>{role}</strong> {ROLES[role]}
            </span>
          </label>
        ))}
      </fieldset>
      <div class="fields">
        <label>
          Seniority
          <select
            value={rights.seniority}
            onChange={(event) => onRights({ ...rights, seniority: Seniority.parse(event.currentTarget.value) })}
          >
            {Seniority.options.map((seniority) => (
              <option key={seniority}>{seniority}</option>
            ))}
          </select>
        </label>
        <label>
          Teams, with spaces between
          <input
            autocomplete="off"
            value={teams}
            onInput={({ currentTarget: { value } }) => {
              setTeams(value)
              onRights({ ...rights, teams: value.split(/[\s,]+/).filter((team) => team !== '') })
            }}
          />
        </label>
      </div>
    </>
  )
}
