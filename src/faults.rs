//! What is wrong with a form.

/// The faulty fields, and the sentence to say beside each, in the order of the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults(Vec<(&'static str, String)>);

impl Faults {
    /// Notes what is wrong with `field`.
    pub fn add(&mut self, field: &'static str, fault: impl Into<String>) {
        self.0.push((field, fault.into()));
    }

    /// Notes what was found elsewhere, behind what stands here.
    pub fn append(&mut self, others: Faults) {
        self.0.extend(others.0);
    }

    /// Notes a fault where there is no value, and hands the value on.
    pub fn need<T>(&mut self, field: &'static str, value: Option<T>, fault: &str) -> Option<T> {
        if value.is_none() {
            self.add(field, fault);
        }
        value
    }

    /// Notes the fault of a value that could not be read, and hands a good one on.
    pub fn read<T, E: ToString>(&mut self, field: &'static str, value: Result<T, E>) -> Option<T> {
        value.map_err(|fault| self.add(field, fault.to_string())).ok()
    }

    /// Like [`Faults::read`] for a field that may be left empty: `Some(None)` then.
    pub fn read_optional<T, E: ToString>(
        &mut self,
        field: &'static str,
        typed: &str,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<Option<T>> {
        match typed.trim() {
            "" => Some(None),
            typed => self.read(field, read(typed)).map(Some),
        }
    }

    /// The first fault of `field`.
    pub fn of(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| *name == field).map(|(_, fault)| fault.as_str())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Field and fault, in the order they were found.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(field, fault)| (*field, fault.as_str()))
    }
}

/// A field that two people changed at once: what is stored now, and what was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    pub label: &'static str,
    pub stored: String,
    pub typed: String,
}

impl Clash {
    /// The fields of `(label, stored, typed)` that differ.
    pub fn between(fields: &[(&'static str, &str, &str)]) -> Vec<Clash> {
        let differing = fields.iter().filter(|(_, stored, typed)| stored.trim() != typed.trim());
        differing
            .map(|(label, stored, typed)| Clash {
                label,
                stored: (*stored).to_owned(),
                typed: (*typed).to_owned(),
            })
            .collect()
    }
}
