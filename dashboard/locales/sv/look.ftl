# Det som väntar i översikten, och det andra stegets rutkod.
count-reviews =
    { $count ->
        [one] grupp att granska
       *[other] grupper att granska
    }
second-step-scan = Läs den här rutkoden med kameran i en autentiseringsapp på din telefon:
second-step-square = QR-kod med samma nyckel som nedan

contact-title = Vem man vänder sig till
contact-about = Står i tillgänglighetsutlåtandet, som vem som helst får läsa utan att logga in:
contact-text = Kontor, telefonnummer, e-postadress
contact-hint = Inga personnamn: den som är på plats svarar. Tomt: utlåtandet ber läsaren fråga den som gav kontot.
contact-save = Spara
change-contact-set = Kontaktuppgift i tillgänglighetsutlåtandet angiven
told-contact_state = Kontaktuppgift i tillgänglighetsutlåtandet
field-contact = Kontaktuppgift
employment-words = Grupper hittar personer efter titel och enhet, bokstav för bokstav. Medan du skriver föreslår fälten det som grupperna nämner.
